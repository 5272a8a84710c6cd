import type { LayerShape } from "../messages";
import type { Layout, Loop } from "../protocol/frame";
import { addresses } from "./addresses";
import { Neurons, type Picture, type Scene } from "./drawn";
import { MARK } from "./marks";
import { css, heat, layerColour, type Rgb } from "./palette";
import { colourOf, type Thread } from "./threads";
import type { View } from "./view";

const NIGHT: Rgb = [6, 7, 12];
const REST = 0.2;
const LARGEST = 9;
const GOLD: Rgb = [255, 200, 92];
const ICE: Rgb = [90, 158, 255];

/** Draws all neurons as small squares on a plain canvas, where there is no WebGL2. */
export class PlainPicture implements Picture {
  onDrawn: ((scene: Scene) => void) | null = null;
  readonly drawCalls = 1;
  readonly #neurons = new Neurons();
  #image: ImageData | null = null;
  #marks = new Uint8Array();
  #colours: Rgb[] = [];
  #addressed: { loop: Loop | null; at: Uint32Array } = { loop: null, at: new Uint32Array() };

  constructor(readonly context: CanvasRenderingContext2D) {}

  setNetwork(layers: LayerShape[], layout: Layout): boolean {
    const travels = this.#neurons.set(layers, layout);
    this.#addressed = { loop: null, at: new Uint32Array(2 * this.#neurons.count) };
    this.#marks = new Uint8Array(this.#neurons.count);
    this.#colours = layers.map((_, index) => layerColour(index, layers.length));
    return travels;
  }

  setMarks(marks: Uint8Array<ArrayBuffer>): void {
    if (marks.length === this.#neurons.count) this.#marks = marks;
  }

  places(): Float32Array {
    return this.#neurons.places();
  }

  prepare(): void {}

  draw(scene: Scene): void {
    const { width, height } = this.context.canvas;
    this.#neurons.at(scene.phase, scene.moved);
    if (this.#image?.width !== width || this.#image.height !== height)
      this.#image = this.context.createImageData(width, height);
    new Uint32Array(this.#image.data.buffer).fill(
      0xff000000 | (NIGHT[2] << 16) | (NIGHT[1] << 8) | NIGHT[0],
    );
    const places = this.places();
    this.#neurons.layers.forEach((layer, number) => {
      this.#drawLayer(layer, this.#colours[number], places, scene, this.#image as ImageData);
    });
    this.context.putImageData(this.#image, 0, 0);
    for (const thread of scene.threads ?? []) this.#drawThread(thread, places, scene.view);
    this.onDrawn?.(scene);
  }

  close(): void {}

  #drawLayer(
    { offset, channels, pitches }: LayerShape,
    own: Rgb,
    places: Float32Array,
    { loop, phase, view, byActivation }: Scene,
    { data, width, height }: ImageData,
  ): void {
    const at = this.#address(loop);
    const { spacings } = this.#neurons;
    const scale = Math.sqrt(view.scaleX * view.scaleY * width * height) / 2;
    const end = Math.min(this.#neurons.count, offset + channels * pitches);
    for (let neuron = offset; neuron < end; neuron++) {
      const frames = at[2 * neuron + 1];
      const value =
        frames && loop ? loop.activations[at[2 * neuron] + Math.floor(phase * frames)] / 255 : 0;
      const mark = this.#marks[neuron];
      const base = mark === MARK.unwanted ? ICE : mark ? GOLD : null;
      const [r, g, b] = base ?? (byActivation ? heat(value) : own).map((x) => 255 * x);
      const light = (mark ? 2.4 : 1) * REST + 1.1 * value * value;
      const side = Math.max(1, Math.min(LARGEST, Math.round(0.6 * spacings[neuron] * scale)));
      const left = Math.round(
        (0.5 + 0.5 * (places[2 * neuron] * view.scaleX + view.shiftX)) * width - side / 2,
      );
      const top = Math.round(
        (0.5 - 0.5 * (places[2 * neuron + 1] * view.scaleY + view.shiftY)) * height - side / 2,
      );
      for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
        for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
          const to = 4 * (y * width + x);
          data[to] += light * r;
          data[to + 1] += light * g;
          data[to + 2] += light * b;
        }
    }
  }

  #drawThread({ from, to, strength }: Thread, places: Float32Array, view: View): void {
    const { context } = this;
    const { width, height } = context.canvas;
    const x = (neuron: number) =>
      (0.5 + 0.5 * (places[2 * neuron] * view.scaleX + view.shiftX)) * width;
    const y = (neuron: number) =>
      (0.5 - 0.5 * (places[2 * neuron + 1] * view.scaleY + view.shiftY)) * height;
    context.globalCompositeOperation = "lighter";
    context.globalAlpha = 0.5 * strength;
    context.strokeStyle = css(colourOf(this.#neurons.layers, from));
    context.beginPath();
    context.moveTo(x(from), y(from));
    context.lineTo(x(to), y(to));
    context.stroke();
    context.globalAlpha = 1;
    context.globalCompositeOperation = "source-over";
  }

  #address(loop: Loop | null): Uint32Array {
    if (this.#addressed.loop !== loop) {
      const at = new Uint32Array(2 * this.#neurons.count);
      const layers = loop?.activations.length ? loop.header.layers : [];
      at.set(addresses(this.#neurons.layers, layers).subarray(0, at.length));
      this.#addressed = { loop, at };
    }
    return this.#addressed.at;
  }
}
