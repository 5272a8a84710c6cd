import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { OFF_DB } from "../audio/mixing";
import type { ParameterDeclaration } from "../messages";
import { useStage } from "./context";
import { positionOf, positionStep, valueAt } from "./curve";
import { formatDb, Level } from "./Meters";

interface StripProps {
  /** prefix of its parameters: `deck_a`, `start`, `sample_1` */
  name: string;
  /** what it is called in labels */
  label: string;
  /** its head line; the label itself where there is none */
  children?: ComponentChildren;
  level: ReadonlySignal<number>;
}

/** A channel of the mixer: what it is, mute and solo, its fader, and its meter below. */
export function Strip({ name, label, children, level }: StripProps) {
  return (
    <div class="channel" data-strip={name}>
      <div class="title">
        <span class="what">{children ?? label}</span>
        <Letter name={`${name}_mute`} letter="M" />
        <Letter name={`${name}_solo`} letter="S" />
      </div>
      <Fader name={`${name}_level`} />
      <Level
        label={`Level of ${label}`}
        title={`Peaks of ${label}, behind its fader`}
        level={level}
      />
    </div>
  );
}

/** A desk parameter by name; null while no server has declared it. */
function useDesk(name: string): { parameter: ParameterDeclaration; value: number } | null {
  const { desk, welcome } = useStage();
  const parameter = welcome.value?.parameters.find((each) => each.name === name);
  return parameter ? { parameter, value: desk.of(parameter).value } : null;
}

/** A fader in dB, silent at its lower end. A double click on its value turns it back. */
export function Fader({ name }: { name: string }) {
  const { desk } = useStage();
  const id = useId();
  const found = useDesk(name);
  if (!found) return null;
  const { parameter, value } = found;
  const position = positionOf(parameter, value);
  const text = formatDb(value > OFF_DB ? value : -Infinity);
  return (
    <div class="fader" title={`${parameter.description} (${text})`}>
      <label class="unseen" for={id}>
        {parameter.label}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={positionStep(parameter)}
        value={position}
        data-parameter={name}
        aria-valuetext={text}
        aria-description={parameter.description}
        style={{ "--fill": `${100 * position}%` }}
        onInput={(event) =>
          desk.turn(parameter, valueAt(parameter, event.currentTarget.valueAsNumber))
        }
      />
      <output for={id} onDblClick={() => desk.turn(parameter, parameter.default)}>
        {text}
      </output>
    </div>
  );
}

/** A switch of the desk as a lettered button. */
function Letter({ name, letter }: { name: string; letter: string }) {
  const { desk } = useStage();
  const found = useDesk(name);
  if (!found) return null;
  const { parameter, value } = found;
  return (
    <label class="letter" data-letter={letter} title={parameter.description}>
      <input
        type="checkbox"
        checked={value >= 0.5}
        data-parameter={name}
        aria-label={parameter.label}
        aria-description={parameter.description}
        onChange={(event) => desk.turn(parameter, event.currentTarget.checked ? 1 : 0)}
      />
      <span aria-hidden="true">{letter}</span>
    </label>
  );
}

/** A switch of the desk as a button with a name of its own. */
export function DeskButton(props: { name: string; title: string; children: ComponentChildren }) {
  const { desk } = useStage();
  const found = useDesk(props.name);
  if (!found) return null;
  const { parameter, value } = found;
  return (
    <button
      type="button"
      class="small"
      aria-pressed={value >= 0.5}
      data-parameter={props.name}
      title={props.title}
      onClick={() => desk.turn(parameter, value >= 0.5 ? 0 : 1)}
    >
      {props.children}
    </button>
  );
}
