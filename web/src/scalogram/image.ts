import type { EarDescription, LayerShape } from "../messages";
import { scalogramColours } from "../picture/palette";
import type { Loop } from "../protocol/frame";

export const SCALOGRAM = "scalogram";

/** The bins' brightness as an image, one pixel a bin and frame, low pitches at the bottom. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The scalogram's first channel (power) of a loop; null where the ear or the loop has none. */
export function scalogramPicture(loop: Loop, ear: EarDescription): Picture | null {
  const shape = scalogramLayer(ear);
  const block = loop.header.layers.find(({ name }) => name === SCALOGRAM);
  if (!shape || !block || block.neurons !== shape.channels * shape.pitches) return null;
  const { frames, at } = block;
  const height = shape.pitches;
  const colours = new Uint32Array(scalogramColours().buffer);
  const pixels = new Uint8ClampedArray(4 * frames * height);
  const words = new Uint32Array(pixels.buffer);
  for (let pitch = 0; pitch < height; pitch++) {
    const row = (height - 1 - pitch) * frames;
    const from = at + pitch * frames;
    for (let frame = 0; frame < frames; frame++)
      words[row + frame] = colours[loop.activations[from + frame]];
  }
  return { width: frames, height, pixels };
}

export function scalogramLayer(ear: EarDescription): LayerShape | undefined {
  return ear.layers.find(({ name }) => name === SCALOGRAM);
}
