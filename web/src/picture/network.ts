import type { LayerShape } from "../messages";
import type { Loop } from "../protocol/frame";
import { addresses, textureRows } from "./addresses";
import { bindAttributes, buildProgram, type Uniforms, uniformsOf } from "./program";
import { TEXTURE_WIDTH } from "./shaders";
import { vertexBytes } from "./vertices";
import type { View } from "./view";

/** The page's background, `--night`. */
const NIGHT = [6 / 255, 7 / 255, 12 / 255] as const;

/** What to draw: a loop's activations at a phase of it, seen through a view. */
export interface Scene {
  loop: Loop | null;
  phase: number;
  view: View;
  pulse: number;
}

/** Draws all neurons of an ear in one call, lit by a loop's activations. */
export class NetworkPicture {
  /** called after each drawing, while its pixels can still be read */
  onDrawn: ((scene: Scene) => void) | null = null;
  #program: WebGLProgram;
  #uniforms: Uniforms;
  #vertices: WebGLBuffer;
  #addresses: WebGLBuffer;
  #marks: WebGLBuffer;
  #count = 0;
  #layers: LayerShape[] = [];
  #addressed: { loop: Loop | null; blocks: string } | null = null;
  /** textures of the loop before, the playing one and the next one */
  #textures = new Map<Loop, WebGLTexture>();

  constructor(readonly gl: WebGL2RenderingContext) {
    this.#program = buildProgram(gl);
    this.#uniforms = uniformsOf(gl, this.#program);
    this.#vertices = gl.createBuffer();
    this.#addresses = gl.createBuffer();
    this.#marks = gl.createBuffer();
    bindAttributes(gl, this.#program, {
      vertices: this.#vertices,
      addresses: this.#addresses,
      marks: this.#marks,
    });
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  /** Another ear or layout: x and y of every neuron, in the order of the layers. */
  setNetwork(layers: LayerShape[], positions: Float32Array): void {
    const { gl } = this;
    this.#layers = layers;
    this.#count = positions.length / 2;
    this.#addressed = null;
    this.#upload(this.#vertices, vertexBytes(layers, positions), gl.STATIC_DRAW);
    this.setMarks(new Uint8Array(this.#count));
  }

  setMarks(marks: Uint8Array<ArrayBuffer>): void {
    if (marks.length !== this.#count) return;
    this.#upload(this.#marks, marks, this.gl.DYNAMIC_DRAW);
  }

  /** Sends a loop's activations to the GPU before it sounds. */
  prepare(loop: Loop): void {
    if (this.#textures.has(loop) || loop.activations.length === 0) return;
    while (this.#textures.size > 2) {
      const [oldest, texture] = this.#textures.entries().next().value as [Loop, WebGLTexture];
      this.gl.deleteTexture(texture);
      this.#textures.delete(oldest);
    }
    this.#textures.set(loop, activationTexture(this.gl, loop.activations));
  }

  draw({ loop, phase, view, pulse }: Scene): void {
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    gl.viewport(0, 0, width, height);
    gl.clearColor(...NIGHT, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    gl.useProgram(this.#program);
    if (loop) this.prepare(loop);
    this.#address(loop);
    gl.bindTexture(gl.TEXTURE_2D, (loop && this.#textures.get(loop)) ?? null);
    gl.uniform1i(this.#uniforms.activations, 0);
    gl.uniform1f(this.#uniforms.phase, phase);
    gl.uniform1f(this.#uniforms.seconds, loop ? loop.samples.length / loop.header.sample_rate : 1);
    gl.uniform4f(this.#uniforms.view, view.scaleX, view.scaleY, view.shiftX, view.shiftY);
    gl.uniform2f(this.#uniforms.canvas, width, height);
    gl.uniform1f(this.#uniforms.pulse, pulse);
    gl.drawArrays(gl.POINTS, 0, this.#count);
    this.onDrawn?.({ loop, phase, view, pulse });
  }

  /** Tells each neuron where in this loop's bytes it is; the same for all loops of a length. */
  #address(loop: Loop | null): void {
    if (this.#addressed?.loop === loop) return;
    const layers = loop?.activations.length ? loop.header.layers : [];
    const blocks = JSON.stringify(layers);
    const same = this.#addressed?.blocks === blocks;
    this.#addressed = { loop, blocks };
    if (same) return;
    const found = addresses(this.#layers, layers).subarray(0, 2 * this.#count);
    const all = new Uint32Array(2 * this.#count);
    all.set(found);
    this.#upload(this.#addresses, all, this.gl.STATIC_DRAW);
  }

  #upload(buffer: WebGLBuffer, data: BufferSource, usage: number): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, usage);
  }
}

/** The bytes as rows of `TEXTURE_WIDTH`, which every WebGL2 device can hold up to 8 million of. */
function activationTexture(gl: WebGL2RenderingContext, bytes: Uint8Array): WebGLTexture {
  const rows = textureRows(bytes.length, TEXTURE_WIDTH);
  const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  if (rows > limit) throw new Error(`${bytes.length} activations exceed this device's textures`);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
    [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ])
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, TEXTURE_WIDTH, rows);
  const full = Math.floor(bytes.length / TEXTURE_WIDTH);
  const type = gl.UNSIGNED_BYTE;
  if (full > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXTURE_WIDTH, full, gl.RED, type, bytes);
  const rest = bytes.subarray(full * TEXTURE_WIDTH);
  if (rest.length > 0)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, full, rest.length, 1, gl.RED, type, rest);
  return texture;
}
