import { useId } from "preact/hooks";
import type { LayerShape, Range } from "../messages";
import { type Axis, count, describeUnits, type Fraction, faderStep, units } from "../range";
import { useStage } from "./context";
import { formatNumber } from "./format";

const NAMES = { channel: "Channel", pitch: "Pitch", time: "Time" } as const;
const HELP = {
  channel: "Which channels of the layer: each listens for something of its own",
  pitch: "Which pitches, from low to high",
  time: "Which part of the loop, from its first beat to its end",
} as const;

interface Props {
  axis: Axis;
  layer: LayerShape;
  choice: Range;
}

/** Position and span on one axis, with a bar that shows what they select. */
export function AxisFaders({ axis, layer, choice }: Props) {
  const { aim, state } = useStage();
  const [position, span] = choice[axis];
  const total = count(layer, axis);
  const [start, end] = units([position, span], total);
  const choose = (value: Fraction) => aim.choose({ [axis]: value });
  const text = axis === "time" ? seconds(start, end, total, state.value?.seconds ?? 0) : null;
  return (
    <fieldset class="axis" disabled={total === 1} title={HELP[axis]}>
      <legend>{NAMES[axis]}</legend>
      <output>{text ?? describeUnits([position, span], total)}</output>
      <div class="bar" aria-hidden="true">
        <i
          style={{ left: `${(100 * start) / total}%`, width: `${(100 * (end - start)) / total}%` }}
        />
      </div>
      <RangeFader
        label="position"
        of={NAMES[axis]}
        name={`${axis}_position`}
        step={faderStep(total)}
        value={position}
        onValue={(value) => choose([value, span])}
      />
      <RangeFader
        label="span"
        of={NAMES[axis]}
        name={`${axis}_span`}
        step={faderStep(total)}
        value={span}
        onValue={(value) => choose([position, value])}
      />
    </fieldset>
  );
}

function seconds(start: number, end: number, total: number, length: number): string {
  if (end - start === total) return "all of it";
  const at = (frame: number) => formatNumber(Math.round((100 * frame * length) / total) / 100);
  return `${at(start)}–${at(end)}\u00a0s`;
}

interface FaderProps {
  label: string;
  of: string;
  name: string;
  value: number;
  step: number;
  onValue(value: number): void;
}

function RangeFader({ label, of, name, value, step, onValue }: FaderProps) {
  const id = useId();
  return (
    <div class="half">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={step}
        value={value}
        data-parameter={name}
        aria-label={`${of} ${label}`}
        style={{ "--fill": `${100 * value}%` }}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
