import type { LayerShape } from "../messages";
import type { Layout, Loop } from "../protocol/frame";
import { mixed, placesAt } from "./places";
import type { Thread } from "./threads";
import { gridSpacings, localSpacings } from "./vertices";
import type { View } from "./view";

/** What to draw: a loop's activations at a phase of it, seen through a view. */
export interface Scene {
  loop: Loop | null;
  phase: number;
  /** how far the vertices have come from the layout before: 0 to 1 */
  moved: number;
  view: View;
  pulse: number;
  /** edges to draw, and a moment in seconds that moves the light along them */
  threads?: readonly Thread[];
  seconds?: number;
  byActivation?: boolean;
  /** for a light room: what is silent is seen too */
  bright?: boolean;
}

/** A picture of all neurons of an ear, however it is drawn. */
export interface Picture {
  /** called after each drawing, while its pixels can still be read */
  onDrawn: ((scene: Scene) => void) | null;
  /** of the last frame */
  readonly drawCalls: number;
  setNetwork(layers: LayerShape[], layout: Layout): boolean;
  setMarks(marks: Uint8Array<ArrayBuffer>): void;
  /** x and y of each vertex, -1 to 1, as last drawn */
  places(): Float32Array;
  /** makes a loop ready before it sounds */
  prepare(loop: Loop): void;
  draw(scene: Scene): void;
  /** frees what the browser would keep */
  close(): void;
}

/** Where the neurons are, between snapshots and between two layouts. */
export class Neurons {
  layers: LayerShape[] = [];
  layout: Layout | null = null;
  spacings = new Float32Array();
  /** where the vertices come from, while they travel */
  from: Float32Array | null = null;
  /** their spacings there */
  fromSpacings = new Float32Array();
  #drawn = { phase: 0, moved: 1 };

  get count(): number {
    return this.layout?.header.vertices ?? 0;
  }

  /**
   * Another ear or layout. Whether its vertices can travel from where they are: only those of the
   * same ear can.
   */
  set(layers: LayerShape[], layout: Layout): boolean {
    const from = this.layout?.header.hash === layout.header.hash ? this.places() : null;
    const first = placesAt(layout, 0);
    this.fromSpacings = this.spacings;
    this.layers = layers;
    this.layout = layout;
    this.from = from?.length === first.length ? from : null;
    this.spacings =
      layout.header.kind === "grid" ? gridSpacings(layers, first) : localSpacings(first);
    return this.from !== null;
  }

  at(phase: number, moved: number): void {
    this.#drawn = { phase, moved };
  }

  places(): Float32Array {
    if (!this.layout) return new Float32Array();
    const { phase, moved } = this.#drawn;
    const places = placesAt(this.layout, phase);
    return this.from && moved < 1 ? mixed(this.from, places, moved) : places;
  }
}
