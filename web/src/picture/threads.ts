import type { LayerShape } from "../messages";
import { layerColour, type Rgb } from "./palette";
import { linked } from "./program";

/** An edge: from one vertex to another, in the direction in which sound is heard. */
export interface Thread {
  from: number;
  to: number;
  /** 0 to 1, of the strongest one shown */
  strength: number;
}

export const MOST_THREADS = 200;
const SEGMENTS = 20;
const FLOATS = 11;

const VERTEX = `#version 300 es
precision highp float;

in vec4 ends;       // x and y of both, in layout units
in float strength;
in vec3 first;      // colours of the ends
in vec3 last;

uniform vec4 view;
uniform vec2 canvas;
uniform float seconds;

out vec3 tint;
out float across;

void main() {
  float t = float(gl_VertexID >> 1) / ${SEGMENTS}.0;
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  vec2 a = (ends.xy * view.xy + view.zw) * 0.5 * canvas;
  vec2 b = (ends.zw * view.xy + view.zw) * 0.5 * canvas;
  vec2 way = b - a;
  vec2 bent = 0.5 * (a + b) + 0.13 * vec2(-way.y, way.x);
  vec2 place = mix(mix(a, bent, t), mix(bent, b, t), t);
  vec2 along = mix(bent - a, b - bent, t);
  vec2 normal = normalize(vec2(-along.y, along.x) + 1e-5);
  float broad = max(1.0, canvas.y / 720.0) * (0.9 + 1.1 * strength);
  gl_Position = vec4((place + side * broad * normal) / (0.5 * canvas), 0.0, 1.0);
  across = side;
  // A drop of light runs along the thread, as the sound does; no two begin together.
  float run = fract(0.45 * seconds + 0.618 * float(gl_InstanceID) - t);
  float drop = exp(-9.0 * run) * smoothstep(0.0, 0.04, run);
  // Where all of them meet, each gives less.
  float apart = smoothstep(0.0, 0.3, t) * smoothstep(1.0, 0.7, t);
  tint = mix(first, last, t) * strength * (0.02 + 0.13 * apart + 0.3 * drop * apart);
}`;

const FRAGMENT = `#version 300 es
precision highp float;

in vec3 tint;
in float across;
out vec4 colour;

void main() {
  float light = 1.0 - across * across;
  colour = vec4(tint * light, 0.12 * light * max(tint.r, max(tint.g, tint.b)));
}`;

/** Draws edges as threads of light, all in one call. */
export class ThreadProgram {
  readonly #program: WebGLProgram;
  readonly #array: WebGLVertexArrayObject;
  readonly #buffer: WebGLBuffer;
  readonly #data = new Float32Array(FLOATS * MOST_THREADS);
  readonly #at: (name: string) => WebGLUniformLocation | null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.#program = linked(gl, VERTEX, FRAGMENT);
    this.#at = (name) => gl.getUniformLocation(this.#program, name);
    this.#array = gl.createVertexArray();
    this.#buffer = gl.createBuffer();
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.#data.byteLength, gl.DYNAMIC_DRAW);
    let from = 0;
    for (const [name, size] of [
      ["ends", 4],
      ["strength", 1],
      ["first", 3],
      ["last", 3],
    ] as const) {
      const at = gl.getAttribLocation(this.#program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, 4 * FLOATS, 4 * from);
      gl.vertexAttribDivisor(at, 1);
      from += size;
    }
    gl.bindVertexArray(null);
  }

  draw(
    threads: readonly Thread[],
    layers: readonly LayerShape[],
    places: Float32Array,
    view: [number, number, number, number],
    canvas: [number, number],
    seconds: number,
  ): void {
    const { gl } = this;
    const shown = threads.slice(0, MOST_THREADS);
    shown.forEach((thread, number) => {
      this.#data.set(numbersOf(thread, layers, places), FLOATS * number);
    });
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.#data, 0, FLOATS * shown.length);
    gl.uniform4f(this.#at("view"), ...view);
    gl.uniform2f(this.#at("canvas"), ...canvas);
    gl.uniform1f(this.#at("seconds"), seconds);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 2 * (SEGMENTS + 1), shown.length);
    gl.bindVertexArray(null);
  }
}

function numbersOf(
  { from, to, strength }: Thread,
  layers: readonly LayerShape[],
  places: Float32Array,
): number[] {
  const ends = [places[2 * from], places[2 * from + 1], places[2 * to], places[2 * to + 1]];
  return [...ends, strength, ...colourOf(layers, from), ...colourOf(layers, to)];
}

/** The colour of a neuron's layer. */
export function colourOf(layers: readonly LayerShape[], neuron: number): Rgb {
  let index = layers.length - 1;
  while (index > 0 && layers[index].offset > neuron) index--;
  return layerColour(index, layers.length);
}

/** Edges as threads, the strongest of full strength, weaker ones fainter but still to be seen. */
export function threadsOf(
  neuron: number,
  layers: readonly LayerShape[],
  neurons: readonly number[],
  weights: readonly number[],
): Thread[] {
  const strongest = weights[0] ?? 1;
  const indexOf = (which: number) => layers.findLastIndex(({ offset }) => offset <= which);
  const own = indexOf(neuron);
  return neurons.map((other, number) => {
    const strength = 0.12 + 0.88 * (weights[number] / strongest) ** 0.8;
    // Sound comes from the layers before.
    return indexOf(other) <= own
      ? { from: other, to: neuron, strength }
      : { from: neuron, to: other, strength };
  });
}
