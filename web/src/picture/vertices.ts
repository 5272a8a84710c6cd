import type { LayerShape } from "../messages";
import { layerColour } from "./palette";
import { type Bounds, bounds } from "./view";

/** A line of neurons has air above and below: they may be as much larger. */
const LINE = 1.6;
/** Vertices in a cell, on average, where density is told by counting. */
const CROWD = 6;
/** Of the box that all vertices lie in, at least so much counts as taken. */
const FEWEST = 1 / 64;
/** Of the median spacing: whoever stands alone is not drawn larger than that. */
const LONELY = 2.2;

/** The fixed part of each vertex: spacing to its neighbours (float), colour of its layer (bytes). */
export function vertexBytes(layers: LayerShape[], spacings: Float32Array): ArrayBuffer {
  const out = new ArrayBuffer(8 * spacings.length);
  const numbers = new Float32Array(out);
  const bytes = new Uint8Array(out);
  layers.forEach((layer, index) => {
    const end = Math.min(spacings.length, layer.offset + layer.channels * layer.pitches);
    const rgb = layerColour(index, layers.length).map((x) => Math.round(255 * x));
    for (let vertex = layer.offset; vertex < end; vertex++) {
      numbers[2 * vertex] = spacings[vertex];
      bytes.set(rgb, 8 * vertex + 4);
    }
  });
  return out;
}

/** Where vertices come from when they travel: x, y and spacing of each. */
export function origin(places: Float32Array, spacings: Float32Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(3 * spacings.length);
  for (let vertex = 0; vertex < spacings.length; vertex++) {
    out.set(places.subarray(2 * vertex, 2 * vertex + 2), 3 * vertex);
    out[3 * vertex + 2] = spacings[vertex];
  }
  return out;
}

/** How far each vertex is from its neighbours if each layer fills a rectangle of its own evenly. */
export function gridSpacings(
  layers: LayerShape[],
  places: Float32Array,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(places.length / 2);
  for (const { offset, channels, pitches } of layers) {
    const end = offset + channels * pitches;
    out.fill(spacing(places.subarray(2 * offset, 2 * end)), offset, end);
  }
  return out;
}

/** How far apart the neurons of a layer are if they fill their rectangle evenly. */
export function spacing(positions: Float32Array): number {
  const count = positions.length / 2;
  if (count === 0) return 0;
  const box = bounds(positions);
  const width = Math.max(box.right - box.left, 1e-4);
  const height = Math.max(box.top - box.bottom, 1e-4);
  // A row or column of neurons is a line, not a thin rectangle.
  const thin = Math.min(width, height) < (2 * Math.max(width, height)) / count;
  return thin ? (LINE * Math.max(width, height)) / count : Math.sqrt((width * height) / count);
}

/** How far each vertex is from its neighbours where all lie anyhow: by counting those around it. */
export function localSpacings(places: Float32Array): Float32Array<ArrayBuffer> {
  const count = places.length / 2;
  const out = new Float32Array(count);
  if (count === 0) return out;
  const box = bounds(places);
  const area = Math.max((box.right - box.left) * (box.top - box.bottom), 1e-8);
  const widest = Math.sqrt((area * CROWD) / count);
  // The box may be mostly empty: what counts is the room that is taken.
  const taken = (cellsOf(places, box, widest).taken * CROWD) / count;
  const cells = cellsOf(places, box, widest * Math.sqrt(Math.min(1, Math.max(taken, FEWEST))));
  for (let vertex = 0; vertex < count; vertex++)
    out[vertex] =
      (3 * cells.side) / Math.sqrt(cells.around(places[2 * vertex], places[2 * vertex + 1]));
  const most = LONELY * out.slice().sort()[count >> 1];
  return out.map((x) => Math.min(x, most));
}

/** Counts vertices in squares of a side: how many are `taken`, who is in the nine `around` a place. */
function cellsOf(places: Float32Array, box: Bounds, side: number) {
  const width = Math.floor((box.right - box.left) / side) + 3;
  const height = Math.floor((box.top - box.bottom) / side) + 3;
  const counts = new Uint32Array(width * height);
  // One empty row and column on each side.
  const cell = (x: number, y: number) =>
    (Math.floor((y - box.bottom) / side) + 1) * width + Math.floor((x - box.left) / side) + 1;
  for (let i = 0; i < places.length; i += 2) counts[cell(places[i], places[i + 1])]++;
  return {
    side,
    taken: counts.reduce((sum, each) => sum + Math.min(1, each), 0),
    around(x: number, y: number): number {
      const middle = cell(x, y);
      let sum = 0;
      for (const row of [-width, 0, width])
        for (const column of [-1, 0, 1]) sum += counts[middle + row + column];
      return sum;
    },
  };
}
