import type { LayerShape } from "../messages";
import type { Layout, Loop } from "../protocol/frame";
import { addresses, textureRows } from "./addresses";
import { Neurons, type Picture, type Scene } from "./drawn";
import { Glow } from "./glow";
import { momentAt, placesAt } from "./places";
import {
  type Buffers,
  bindAttributes,
  bindSnapshots,
  buildProgram,
  type Uniforms,
  uniformsOf,
} from "./program";
import { TEXTURE_WIDTH } from "./shaders";
import { ThreadProgram } from "./threads";
import { origin, vertexBytes } from "./vertices";

/** The page's background, `--night`. */
export const NIGHT = [6 / 255, 7 / 255, 12 / 255] as const;

/** Brightness at rest: in a layout its outlines must be seen, a grid is even anyway. */
const REST = { grid: 0.11, laid: 0.22 };
/** So many times brighter in a light room. */
const LIGHT_ROOM = 2.2;

/** Draws all neurons of an ear, lit by a loop's activations, and their glow: five calls at most. */
export class NetworkPicture implements Picture {
  onDrawn: ((scene: Scene) => void) | null = null;
  drawCalls = 0;
  readonly #program: WebGLProgram;
  readonly #array: WebGLVertexArrayObject;
  readonly #uniforms: Uniforms;
  readonly #buffers: Buffers;
  readonly #threads: ThreadProgram;
  readonly #glow: Glow;
  readonly #neurons = new Neurons();
  #addressed: { loop: Loop | null; blocks: string } | null = null;
  /** textures of the loop before, the playing one and the next one */
  readonly #textures = new Map<Loop, WebGLTexture>();

  constructor(readonly gl: WebGL2RenderingContext) {
    this.#program = buildProgram(gl);
    this.#uniforms = uniformsOf(gl, this.#program);
    this.#buffers = {
      snapshots: gl.createBuffer(),
      origins: gl.createBuffer(),
      vertices: gl.createBuffer(),
      addresses: gl.createBuffer(),
      marks: gl.createBuffer(),
    };
    this.#array = gl.createVertexArray();
    gl.bindVertexArray(this.#array);
    bindAttributes(gl, this.#program, this.#buffers);
    gl.bindVertexArray(null);
    this.#threads = new ThreadProgram(gl);
    this.#glow = new Glow(gl, NIGHT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  setNetwork(layers: LayerShape[], layout: Layout): boolean {
    const { gl } = this;
    const travels = this.#neurons.set(layers, layout);
    const { from, fromSpacings, spacings, count } = this.#neurons;
    this.#addressed = null;
    const origins = origin(from ?? placesAt(layout, 0), from ? fromSpacings : spacings);
    this.#upload(this.#buffers.snapshots, layout.positions, gl.STATIC_DRAW);
    this.#upload(this.#buffers.origins, origins, gl.STATIC_DRAW);
    this.#upload(this.#buffers.vertices, vertexBytes(layers, spacings), gl.STATIC_DRAW);
    this.setMarks(new Uint8Array(count));
    return travels;
  }

  setMarks(marks: Uint8Array<ArrayBuffer>): void {
    if (marks.length !== this.#neurons.count) return;
    this.#upload(this.#buffers.marks, marks, this.gl.DYNAMIC_DRAW);
  }

  places(): Float32Array {
    return this.#neurons.places();
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

  draw(scene: Scene): void {
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    this.#neurons.at(scene.phase, scene.moved);
    this.#glow.begin(width, height);
    this.drawCalls = 0;
    if (this.#neurons.count > 0) {
      this.#drawNeurons(scene, width, height);
      this.#drawThreads(scene, width, height);
    }
    this.drawCalls += this.#glow.end();
    this.onDrawn?.(scene);
  }

  close(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #drawNeurons(scene: Scene, width: number, height: number): void {
    const { loop, phase, moved, view, pulse } = scene;
    const { gl } = this;
    const { layout, count } = this.#neurons;
    if (loop) this.prepare(loop);
    this.#address(loop);
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    gl.bindTexture(gl.TEXTURE_2D, (loop && this.#textures.get(loop)) ?? null);
    gl.uniform1i(this.#uniforms.activations, 0);
    gl.uniform1f(this.#uniforms.phase, phase);
    gl.uniform1f(this.#uniforms.moved, moved);
    const moment = momentAt(layout?.header.snapshots ?? 1, phase);
    gl.uniform1f(this.#uniforms.share, moment.share);
    bindSnapshots(gl, this.#program, this.#buffers.snapshots, count, moment);
    gl.uniform1f(this.#uniforms.seconds, loop ? loop.samples.length / loop.header.sample_rate : 1);
    gl.uniform4f(this.#uniforms.view, view.scaleX, view.scaleY, view.shiftX, view.shiftY);
    gl.uniform2f(this.#uniforms.canvas, width, height);
    const rest = REST[layout?.header.kind ?? "grid"] * (scene.bright ? LIGHT_ROOM : 1);
    gl.uniform1f(this.#uniforms.rest, rest);
    gl.uniform1f(this.#uniforms.pulse, pulse);
    gl.uniform1f(this.#uniforms.heat, scene.byActivation ? 1 : 0);
    gl.drawArrays(gl.POINTS, 0, count);
    gl.bindVertexArray(null);
    this.drawCalls++;
  }

  #drawThreads({ threads, view, seconds = 0 }: Scene, width: number, height: number): void {
    if (!threads?.length) return;
    const { scaleX, scaleY, shiftX, shiftY } = view;
    const seen = [scaleX, scaleY, shiftX, shiftY] as [number, number, number, number];
    const { layers } = this.#neurons;
    this.#threads.draw(threads, layers, this.places(), seen, [width, height], seconds);
    this.drawCalls++;
  }

  /** Tells each neuron where in this loop's bytes it is; the same for all loops of a length. */
  #address(loop: Loop | null): void {
    if (this.#addressed?.loop === loop) return;
    const layers = loop?.activations.length ? loop.header.layers : [];
    const blocks = JSON.stringify(layers);
    const same = this.#addressed?.blocks === blocks;
    this.#addressed = { loop, blocks };
    if (same) return;
    const { count } = this.#neurons;
    const found = addresses(this.#neurons.layers, layers).subarray(0, 2 * count);
    const all = new Uint32Array(2 * count);
    all.set(found);
    this.#upload(this.#buffers.addresses, all, this.gl.STATIC_DRAW);
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
