import type { LayerShape, LoopLayer } from "../messages";

/**
 * Where each neuron's activations lie in a loop's bytes: pairs (first byte, frames), in the order
 * of the neurons. A neuron whose layer the loop does not hold has 0 frames and stays dark.
 */
export function addresses(layers: LayerShape[], blocks: LoopLayer[]): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(2 * neurons(layers));
  const byName = new Map(blocks.map((block) => [block.name, block]));
  for (const layer of layers) {
    const block = byName.get(layer.name);
    const count = layer.channels * layer.pitches;
    if (block?.neurons !== count) continue;
    for (let n = 0; n < count; n++) {
      out[2 * (layer.offset + n)] = block.at + n * block.frames;
      out[2 * (layer.offset + n) + 1] = block.frames;
    }
  }
  return out;
}

/** How many neurons the layers have together. */
export function neurons(layers: LayerShape[]): number {
  return layers.reduce((sum, layer) => sum + layer.channels * layer.pitches, 0);
}

export interface Neuron {
  layer: LayerShape;
  channel: number;
  pitch: number;
}

/** Layer, channel and pitch of neuron number `index`. */
export function neuronAt(layers: LayerShape[], index: number): Neuron | null {
  const layer = layers.find(
    ({ offset, channels, pitches }) => index >= offset && index < offset + channels * pitches,
  );
  if (!layer) return null;
  const inLayer = index - layer.offset;
  return {
    layer,
    channel: Math.floor(inLayer / layer.pitches),
    pitch: inLayer % layer.pitches,
  };
}

/** Rows that a texture of `width` bytes needs for `bytes`. */
export function textureRows(bytes: number, width: number): number {
  return Math.max(1, Math.ceil(bytes / width));
}
