import type { LayerShape, Range } from "../messages";
import { AXES, count, units } from "../range";
import { useStage } from "./context";
import { formatNumber } from "./format";
import { Icon } from "./icons";

/** What the dream aims at now; each part can be taken in hand or removed. */
export function TargetList({ layers }: { layers: LayerShape[] }) {
  const { aim } = useStage();
  const targets = aim.targets.value;
  if (targets.length === 0)
    return <p class="quiet">No target yet: choose a layer, or click a neuron in the picture.</p>;
  return (
    <ol class="targets" aria-label="Present target">
      {targets.map((target, index) => {
        const text = slice(target, layers);
        return (
          <li key={index} class={target.weight < 0 ? "against" : ""}>
            <button
              type="button"
              class="plain"
              title={`Take ${text} in hand`}
              onClick={() => aim.recall(index)}
            >
              <b>{formatNumber(Math.round(target.weight * 100) / 100)}</b> {text}
            </button>
            <button
              type="button"
              class="plain icon-only"
              aria-label={`Remove ${text}`}
              title={`Remove ${text} from the target`}
              onClick={() => aim.remove(index)}
            >
              <Icon name="remove" />
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** A range as the command line writes it: `encoder.3[0:8, :, :]`. */
function slice(range: Range, layers: LayerShape[]): string {
  const layer = layers.find(({ name }) => name === range.layer);
  if (!layer) return range.layer;
  const parts = AXES.map((axis) => {
    const total = count(layer, axis);
    const [start, end] = units(range[axis], total);
    if (end - start === total) return ":";
    return end - start === 1 ? String(start) : `${start}:${end}`;
  });
  return parts.every((part) => part === ":") ? range.layer : `${range.layer}[${parts.join(", ")}]`;
}
