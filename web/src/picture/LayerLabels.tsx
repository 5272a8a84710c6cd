import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useStage } from "../panel/context";
import { spread } from "./labels";
import { css, layerColour } from "./palette";
import { type Bounds, bounds, type Size, type View } from "./view";

/** Pixels from one name to the next. */
const GAP = 12.5;

interface Props {
  view: ReadonlySignal<View>;
  /** of the picture, in CSS pixels */
  size: ReadonlySignal<Size>;
}

/** The name of each layer beside its neurons; a click aims at the whole layer. */
export function LayerLabels({ view, size }: Props) {
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
  const places = boxes.value.map(({ box }) => place(box, view.value));
  const height = size.value.height;
  const tops = spread(
    places.map(({ y }) => y * height),
    GAP,
    height,
  );
  return (
    <div class="labels">
      {boxes.value.map(({ layer, colour }, index) => (
        <button
          key={layer.name}
          type="button"
          class={aimed.has(layer.name) ? "plain aimed" : "plain"}
          style={{
            right: `${100 - 100 * places[index].x}%`,
            top: `${tops[index]}px`,
            color: colour,
          }}
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

/** To the left of the layer's neurons, at half their height; from 0 to 1, downwards. */
function place(box: Bounds, view: View): { x: number; y: number } {
  const x = box.left * view.scaleX + view.shiftX;
  const y = ((box.bottom + box.top) / 2) * view.scaleY + view.shiftY;
  return { x: 0.5 + 0.5 * x, y: 0.5 - 0.5 * y };
}
