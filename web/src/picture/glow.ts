import { linked } from "./program";

/** Pixels of the picture in one of the glow, in each direction. */
const COARSE = 4;

const CORNERS = `#version 300 es
out vec2 at;
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
  gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Weights of a bell of seven samples to either side. */
const BELL = [0.1585, 0.1464, 0.1154, 0.0776, 0.0446, 0.0218, 0.0091];

function spread(sample: string): string {
  return `#version 300 es
precision highp float;
in vec2 at;
uniform sampler2D image;
uniform vec2 texel;
out vec4 colour;
const float bell[${BELL.length}] = float[](${BELL.join(",")});
${sample}
void main() {
  vec3 sum = bell[0] * light(at);
  for (int i = 1; i < ${BELL.length}; i++)
    sum += bell[i] * (light(at + float(i) * stride()) + light(at - float(i) * stride()));
  colour = vec4(sum, 1.0);
}`;
}

/** Only what is lit glows: how much stands in the alpha channel. */
const ACROSS = spread(`
vec2 stride() { return vec2(${COARSE}.0 * texel.x, 0.0); }
vec3 light(vec2 place) {
  vec4 a = texture(image, place - vec2(0.0, texel.y));
  vec4 b = texture(image, place + vec2(0.0, texel.y));
  return 0.5 * (a.rgb * a.a + b.rgb * b.a);
}`);
const UPWARDS = spread(`
vec2 stride() { return vec2(0.0, texel.y); }
vec3 light(vec2 place) { return texture(image, place).rgb; }`);

/** Picture and glow together; a grain finer than one step of brightness hides the steps. */
const TOGETHER = `#version 300 es
precision highp float;
in vec2 at;
uniform sampler2D image;
uniform sampler2D glow;
uniform vec3 night;
out vec4 colour;
void main() {
  vec3 soft = texture(glow, at).rgb;
  vec3 sum = texture(image, at).rgb + 2.1 * soft * (1.0 - 0.35 * soft);
  float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5;
  colour = vec4(night + sum + grain / 255.0, 1.0);
}`;

/** Draws into a picture of its own, and then that with its glow onto the canvas: three calls. */
export class Glow {
  readonly #across: WebGLProgram;
  readonly #upwards: WebGLProgram;
  readonly #together: WebGLProgram;
  #targets: Target[] = [];
  #width = 0;
  #height = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly night: readonly [number, number, number],
  ) {
    this.#across = linked(gl, CORNERS, ACROSS);
    this.#upwards = linked(gl, CORNERS, UPWARDS);
    this.#together = linked(gl, CORNERS, TOGETHER);
  }

  /** From here on all is drawn into the picture. */
  begin(width: number, height: number): void {
    const { gl } = this;
    if (width !== this.#width || height !== this.#height) {
      this.close();
      const small = [Math.ceil(width / COARSE), Math.ceil(height / COARSE)] as const;
      this.#targets = [target(gl, width, height), target(gl, ...small), target(gl, ...small)];
      [this.#width, this.#height] = [width, height];
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#targets[0].frame);
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Puts the picture and its glow onto the canvas; how many calls that took. */
  end(): number {
    const { gl } = this;
    const [image, first, second] = this.#targets;
    gl.disable(gl.BLEND);
    this.#pass(this.#across, first, image);
    this.#pass(this.#upwards, second, first);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, second.texture);
    gl.activeTexture(gl.TEXTURE0);
    gl.useProgram(this.#together);
    gl.uniform1i(gl.getUniformLocation(this.#together, "glow"), 1);
    gl.uniform3f(gl.getUniformLocation(this.#together, "night"), ...this.night);
    this.#pass(this.#together, { frame: null, width: this.#width, height: this.#height }, image);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, null);
    gl.activeTexture(gl.TEXTURE0);
    gl.enable(gl.BLEND);
    return 3;
  }

  close(): void {
    for (const { frame, texture } of this.#targets) {
      this.gl.deleteFramebuffer(frame);
      this.gl.deleteTexture(texture);
    }
    this.#targets = [];
    this.#width = this.#height = 0;
  }

  #pass(program: WebGLProgram, onto: Omit<Target, "texture">, from: Target): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, onto.frame);
    gl.viewport(0, 0, onto.width, onto.height);
    gl.useProgram(program);
    gl.bindTexture(gl.TEXTURE_2D, from.texture);
    gl.uniform1i(gl.getUniformLocation(program, "image"), 0);
    gl.uniform2f(gl.getUniformLocation(program, "texel"), 1 / from.width, 1 / from.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}

interface Target {
  frame: WebGLFramebuffer | null;
  texture: WebGLTexture;
  width: number;
  height: number;
}

function target(gl: WebGL2RenderingContext, width: number, height: number): Target {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
    [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ])
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  const frame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  return { frame, texture, width, height };
}
