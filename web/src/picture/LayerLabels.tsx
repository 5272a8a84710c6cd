import { type ReadonlySignal, type Signal, useComputed } from "@preact/signals";
import { useStage } from "../panel/context";
import { column, spread } from "./labels";
import { css, layerColour } from "./palette";
import { placesAt } from "./places";
import { type Bounds, bounds, type Size, type View } from "./view";

/** Pixels from one name to the next, at least, and where there is room. */
const GAP = 12.5;
const ROOM = 20;
const LETTERS = 11;
/** Right end of the names where they stand in a column, in pixels. */
const COLUMN = 114;

interface Props {
  view: ReadonlySignal<View>;
  /** of the picture, in CSS pixels */
  size: ReadonlySignal<Size>;
  /** the layer whose name the pointer rests on */
  pointed: Signal<string | null>;
}

/**
 * The name of each layer; a click aims at the whole layer. On a grid it stands beside its neurons;
 * in a layout, where layers run into each other, in a column in their order and colours.
 */
export function LayerLabels({ view, size, pointed }: Props) {
  const stage = useStage();
  const boxes = useComputed(() => {
    const layout = stage.layout.value;
    const places = layout?.header.kind === "grid" && placesAt(layout, 0);
    const layers = stage.ear.value?.layers ?? [];
    return layers.map(({ offset, channels, pitches }) =>
      bounds(places ? places.subarray(2 * offset, 2 * (offset + channels * pitches)) : []),
    );
  });
  const aimed = new Set(stage.aim.targets.value.map(({ layer }) => layer));
  const layers = stage.ear.value?.layers ?? [];
  const kind = stage.layout.value?.header.kind;
  if (!kind) return null;
  const { width, height } = size.value;
  const places =
    kind === "grid" ? beside(boxes.value, view.value, size.value) : inColumn(layers.length, height);
  // A column has no room to spread beyond the picture: what is many gets smaller.
  const letters = kind === "laid" ? Math.min(LETTERS, height / layers.length) : LETTERS;
  return (
    <div class={`labels ${kind}`}>
      {layers.map((layer, index) => (
        <button
          key={layer.name}
          type="button"
          class={aimed.has(layer.name) ? "plain aimed" : "plain"}
          style={{
            right: `${width - places[index].x}px`,
            top: `${places[index].y}px`,
            fontSize: `${letters}px`,
            color: css(layerColour(index, layers.length)),
          }}
          title={`${layer.name}: ${layer.channels} channels, ${layer.pitches} pitches, ${layer.frames} frames. Click to aim at all of it`}
          onPointerEnter={() => {
            pointed.value = layer.name;
          }}
          onPointerLeave={() => {
            pointed.value = null;
          }}
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

interface Place {
  x: number;
  y: number;
}

/** To the left of each layer's neurons, at half their height; pixels, downwards. */
function beside(boxes: Bounds[], view: View, { width, height }: Size): Place[] {
  const tops = boxes.map(({ bottom, top }) => {
    const y = ((bottom + top) / 2) * view.scaleY + view.shiftY;
    return (0.5 - 0.5 * y) * height;
  });
  const apart = spread(tops, GAP, height);
  return boxes.map(({ left }, index) => ({
    x: (0.5 + 0.5 * (left * view.scaleX + view.shiftX)) * width,
    y: apart[index],
  }));
}

function inColumn(count: number, height: number): Place[] {
  return column(count, ROOM, height).map((y) => ({ x: COLUMN, y }));
}
