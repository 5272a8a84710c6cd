import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useStage } from "../panel/context";
import { css, layerColour } from "./palette";
import { type Bounds, bounds, type View } from "./view";

/** The name of each layer beside its neurons; a click aims at the whole layer. */
export function LayerLabels({ view }: { view: ReadonlySignal<View> }) {
  const stage = useStage();
  const boxes = useComputed(() => {
    const positions = stage.layout.value?.positions;
    const layers = stage.ear.value?.layers ?? [];
    return layers.map((layer, index) => ({
      layer,
      colour: css(layerColour(index, layers.length)),
      box: bounds(
        positions?.subarray(
          2 * layer.offset,
          2 * (layer.offset + layer.channels * layer.pitches),
        ) ?? [],
      ),
    }));
  });
  const aimed = new Set(stage.aim.targets.value.map(({ layer }) => layer));
  if (!stage.layout.value) return null;
  return (
    <div class="labels">
      {boxes.value.map(({ layer, colour, box }) => (
        <button
          key={layer.name}
          type="button"
          class={aimed.has(layer.name) ? "plain aimed" : "plain"}
          style={{ ...place(box, view.value), color: colour }}
          title={`${layer.name}: ${layer.channels} channels, ${layer.pitches} pitches, ${layer.frames} frames. Click to aim at all of it`}
          onClick={() =>
            stage.aim.choose({ layer: layer.name, channel: [0, 1], pitch: [0, 1], time: [0, 1] })
          }
        >
          {layer.name}
        </button>
      ))}
    </div>
  );
}

/** To the left of the layer's neurons, at half their height. */
function place(box: Bounds, view: View) {
  const x = box.left * view.scaleX + view.shiftX;
  const y = ((box.bottom + box.top) / 2) * view.scaleY + view.shiftY;
  return { right: `${50 - 50 * x}%`, top: `${50 - 50 * y}%` };
}
