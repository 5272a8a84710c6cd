import type { LayerShape } from "../messages";
import { layerColour } from "./palette";
import { bounds } from "./view";

/** A line of neurons has air above and below: they may be as much larger. */
const LINE = 1.6;

/** The fixed part of each vertex: position, spacing to its neighbours, colour of its layer. */
export function vertexBytes(layers: LayerShape[], positions: Float32Array): ArrayBuffer {
  const out = new ArrayBuffer(8 * positions.length);
  const numbers = new Float32Array(out);
  const bytes = new Uint8Array(out);
  layers.forEach((layer, index) => {
    const end = layer.offset + layer.channels * layer.pitches;
    const rgb = layerColour(index, layers.length).map((x) => Math.round(255 * x));
    const apart = spacing(positions.subarray(2 * layer.offset, 2 * end));
    for (let vertex = layer.offset; vertex < end && 2 * vertex < positions.length; vertex++) {
      numbers[4 * vertex] = positions[2 * vertex];
      numbers[4 * vertex + 1] = positions[2 * vertex + 1];
      numbers[4 * vertex + 2] = apart;
      bytes.set(rgb, 16 * vertex + 12);
    }
  });
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
