import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useStage } from "../panel/context";
import { formatAge } from "../panel/format";
import { neuronAt } from "./addresses";
import { css, layerColour } from "./palette";
import { hertzText, pitchText } from "./pitch";

/** What a neuron is: its layer and channel, what it hears, and for how long. */
export function HoverCard({ neuron }: { neuron: ReadonlySignal<number | null> }) {
  const stage = useStage();
  const found = useComputed(() => {
    const layers = stage.ear.value?.layers ?? [];
    return neuron.value === null ? null : neuronAt(layers, neuron.value);
  });
  if (!found.value) return null;
  const { layer, channel, pitch } = found.value;
  const layers = stage.ear.value?.layers ?? [];
  const edges = stage.edges.shown.value;
  const heard = edges?.neuron === neuron.value ? (edges?.bins ?? null) : null;
  const bins = stage.ear.value?.bin_frequencies ?? [];
  return (
    <dl class="card" aria-live="polite">
      <dt class="name" style={{ color: css(layerColour(layers.indexOf(layer), layers.length)) }}>
        {layer.name}
      </dt>
      <dd>
        channel {channel} of {layer.channels}
        {layer.pitches > 1 && `, place ${pitch} of ${layer.pitches}`}
      </dd>
      {heard && (
        <>
          <dt>pitch</dt>
          <dd>
            {pitchText(bins, ...heard)}
            {heard[1] > heard[0] && (
              <small>
                hears {hertzText(bins[heard[0]])} to {hertzText(bins[heard[1]])}
              </small>
            )}
          </dd>
        </>
      )}
      {layer.hears !== null && (
        <>
          <dt>hears</dt>
          <dd>{formatAge(layer.hears)} of sound</dd>
        </>
      )}
      {edges && (
        <>
          <dt>edges</dt>
          <dd>{edges.neurons.length === 200 ? "200 strongest" : edges.neurons.length}</dd>
        </>
      )}
    </dl>
  );
}
