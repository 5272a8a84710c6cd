import type { LayerShape } from "../messages";
import type { Layout, Loop } from "../protocol/frame";
import { addresses, textureRows } from "./addresses";
import { mixed, momentAt, placesAt } from "./places";
import {
  type Buffers,
  bindAttributes,
  bindSnapshots,
  buildProgram,
  type Uniforms,
  uniformsOf,
} from "./program";
import { TEXTURE_WIDTH } from "./shaders";
import { gridSpacings, localSpacings, origin, vertexBytes } from "./vertices";
import type { View } from "./view";

/** The page's background, `--night`. */
const NIGHT = [6 / 255, 7 / 255, 12 / 255] as const;

/** Brightness at rest: in a layout its outlines must be seen, a grid is even anyway. */
const REST = { grid: 0.11, laid: 0.22 };

/** What to draw: a loop's activations at a phase of it, seen through a view. */
export interface Scene {
  loop: Loop | null;
  phase: number;
  /** how far the vertices have come from the layout before: 0 to 1 */
  moved: number;
  view: View;
  pulse: number;
}

/** Draws all neurons of an ear in one call, lit by a loop's activations. */
export class NetworkPicture {
  /** called after each drawing, while its pixels can still be read */
  onDrawn: ((scene: Scene) => void) | null = null;
  #program: WebGLProgram;
  #uniforms: Uniforms;
  #buffers: Buffers;
  #count = 0;
  #layers: LayerShape[] = [];
  #layout: Layout | null = null;
  #spacings = new Float32Array();
  /** where the vertices come from, while they travel */
  #from: Float32Array | null = null;
  #drawn = { phase: 0, moved: 1 };
  #addressed: { loop: Loop | null; blocks: string } | null = null;
  /** textures of the loop before, the playing one and the next one */
  #textures = new Map<Loop, WebGLTexture>();

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
    bindAttributes(gl, this.#program, this.#buffers);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  /**
   * Another ear or layout. Whether its vertices can travel from where they are: only those of the
   * same ear can.
   */
  setNetwork(layers: LayerShape[], layout: Layout): boolean {
    const { gl } = this;
    const from = this.#layout?.header.hash === layout.header.hash ? this.places() : null;
    const before = this.#spacings;
    const first = placesAt(layout, 0);
    this.#layers = layers;
    this.#layout = layout;
    this.#count = layout.header.vertices;
    this.#from = from?.length === first.length ? from : null;
    this.#spacings =
      layout.header.kind === "grid" ? gridSpacings(layers, first) : localSpacings(first);
    this.#addressed = null;
    const origins = origin(this.#from ?? first, this.#from ? before : this.#spacings);
    this.#upload(this.#buffers.snapshots, layout.positions, gl.STATIC_DRAW);
    this.#upload(this.#buffers.origins, origins, gl.STATIC_DRAW);
    this.#upload(this.#buffers.vertices, vertexBytes(layers, this.#spacings), gl.STATIC_DRAW);
    this.setMarks(new Uint8Array(this.#count));
    return this.#from !== null;
  }

  setMarks(marks: Uint8Array<ArrayBuffer>): void {
    if (marks.length !== this.#count) return;
    this.#upload(this.#buffers.marks, marks, this.gl.DYNAMIC_DRAW);
  }

  /** x and y of each vertex, -1 to 1, as last drawn. */
  places(): Float32Array {
    if (!this.#layout) return new Float32Array();
    const { phase, moved } = this.#drawn;
    const places = placesAt(this.#layout, phase);
    return this.#from && moved < 1 ? mixed(this.#from, places, moved) : places;
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
    const { loop, phase, moved, view, pulse } = scene;
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    gl.viewport(0, 0, width, height);
    gl.clearColor(...NIGHT, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#drawn = { phase, moved };
    if (this.#count === 0) return;
    gl.useProgram(this.#program);
    if (loop) this.prepare(loop);
    this.#address(loop);
    gl.bindTexture(gl.TEXTURE_2D, (loop && this.#textures.get(loop)) ?? null);
    gl.uniform1i(this.#uniforms.activations, 0);
    gl.uniform1f(this.#uniforms.phase, phase);
    gl.uniform1f(this.#uniforms.moved, moved);
    const moment = momentAt(this.#layout?.header.snapshots ?? 1, phase);
    gl.uniform1f(this.#uniforms.share, moment.share);
    bindSnapshots(gl, this.#program, this.#buffers.snapshots, this.#count, moment);
    gl.uniform1f(this.#uniforms.seconds, loop ? loop.samples.length / loop.header.sample_rate : 1);
    gl.uniform4f(this.#uniforms.view, view.scaleX, view.scaleY, view.shiftX, view.shiftY);
    gl.uniform2f(this.#uniforms.canvas, width, height);
    gl.uniform1f(this.#uniforms.rest, REST[this.#layout?.header.kind ?? "grid"]);
    gl.uniform1f(this.#uniforms.pulse, pulse);
    gl.drawArrays(gl.POINTS, 0, this.#count);
    this.onDrawn?.(scene);
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
