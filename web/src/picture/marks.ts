import type { LayerShape, Range } from "../messages";
import { units } from "../range";
import { neurons } from "./addresses";

/** How a neuron is marked: not, wanted louder, wanted silent, or chosen and not yet added. */
export const MARK = { none: 0, wanted: 1, unwanted: 2, draft: 3 } as const;

/** One mark a neuron. Later ranges overrule earlier ones; a draft shows only where nothing is set. */
export function marks(
  layers: LayerShape[],
  targets: readonly Range[],
  draft: Range | null,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(neurons(layers));
  for (const target of targets) {
    const mark = target.weight < 0 ? MARK.unwanted : MARK.wanted;
    forEachNeuron(layers, target, (neuron) => {
      out[neuron] = mark;
    });
  }
  if (draft)
    forEachNeuron(layers, draft, (neuron) => {
      if (out[neuron] === MARK.none) out[neuron] = MARK.draft;
    });
  return out;
}

function forEachNeuron(layers: LayerShape[], range: Range, visit: (neuron: number) => void): void {
  const layer = layers.find(({ name }) => name === range.layer);
  if (!layer) return;
  const [firstChannel, endChannel] = units(range.channel, layer.channels);
  const [firstPitch, endPitch] = units(range.pitch, layer.pitches);
  for (let channel = firstChannel; channel < endChannel; channel++)
    for (let pitch = firstPitch; pitch < endPitch; pitch++)
      visit(layer.offset + channel * layer.pitches + pitch);
}
