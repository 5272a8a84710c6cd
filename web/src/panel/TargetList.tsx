import type { LayerShape, Range } from "../messages";
import { AXES, count, units } from "../range";
import { type Piece, size } from "../selecting/pieces";
import { useStage } from "./context";
import { formatNumber, weightAt } from "./format";
import { Icon } from "./icons";

/** What the dream aims at now; each target can be weighed, picked up again or removed. */
export function TargetList() {
  const { aim } = useStage();
  const pieces = aim.pieces.value;
  if (pieces.length === 0)
    return <p class="quiet">No target yet: choose a layer, or click a neuron in the picture.</p>;
  return (
    <ol class="targets" aria-label="Present target">
      {pieces.map((piece, index) => (
        <TargetRow key={index} piece={piece} index={index} />
      ))}
    </ol>
  );
}

function TargetRow({ piece, index }: { piece: Piece; index: number }) {
  const { aim } = useStage();
  const text = describe(piece);
  const held = aim.held.value === index;
  const weight = formatNumber(Math.round(piece.weight * 100) / 100);
  return (
    <li class={`${piece.weight < 0 ? "against" : ""}${held ? " held" : ""}`}>
      <button
        type="button"
        class="plain"
        aria-pressed={held}
        title={
          held ? `Lays ${text} down` : `Picks ${text} up: the dial and the faders then turn it`
        }
        onClick={() => aim.recall(index)}
      >
        <b>{weight}</b> {text}
      </button>
      <input
        type="range"
        min={-1}
        max={1}
        step={0.05}
        value={piece.weight}
        aria-label={`Weight of ${text}`}
        aria-valuetext={weight}
        title={`How strongly ${text} is wanted; below zero it is to fall silent`}
        style={{ "--fill": `${50 * (piece.weight + 1)}%` }}
        onInput={(event) => aim.weigh(index, weightAt((event.currentTarget.valueAsNumber + 1) / 2))}
      />
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
}

/** One range as the command line writes it; of several, how many neurons they hold. */
function describe(piece: Piece): string {
  const { layer, ranges } = piece;
  if (ranges.length === 1) return slice(ranges[0], layer);
  return `${layer.name}: ${size(piece)} neurons in ${ranges.length} parts`;
}

/** `encoder.3[0:8, :, :]` */
function slice(range: Range, layer: LayerShape): string {
  const parts = AXES.map((axis) => {
    const total = count(layer, axis);
    const [start, end] = units(range[axis], total);
    if (end - start === total) return ":";
    return end - start === 1 ? String(start) : `${start}:${end}`;
  });
  return parts.every((part) => part === ":") ? range.layer : `${range.layer}[${parts.join(", ")}]`;
}
