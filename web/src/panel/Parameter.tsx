import { useId } from "preact/hooks";
import type { ParameterDeclaration } from "../messages";
import type { Faders } from "../store/faders";
import { useStage } from "./context";
import { positionOf, positionStep, valueAt } from "./curve";
import { formatValue, labelOf } from "./format";
import { Slider } from "./Slider";

/** The control of one declared parameter, made from its declaration alone. */
export function Parameter({ parameter }: { parameter: ParameterDeclaration }) {
  const faders = useFaders(parameter);
  const value = faders.of(parameter).value;
  if (parameter.curve === "switch") return <Switch parameter={parameter} on={value >= 0.5} />;
  return (
    <Slider
      label={labelOf(parameter)}
      title={helpOf(parameter)}
      name={parameter.name}
      position={positionOf(parameter, value)}
      step={positionStep(parameter)}
      text={formatValue(value, parameter.unit)}
      onPosition={(position) => faders.turn(parameter, valueAt(parameter, position))}
      onReset={() => faders.turn(parameter, parameter.default)}
    />
  );
}

/** Who holds the parameter's value: the deck in focus, or the desk. */
function useFaders({ place }: ParameterDeclaration): Faders {
  const { desk, deck } = useStage();
  return place === "desk" ? desk : deck.value.faders;
}

function Switch({ parameter, on }: { parameter: ParameterDeclaration; on: boolean }) {
  const faders = useFaders(parameter);
  const id = useId();
  return (
    <div class="switch" title={helpOf(parameter)}>
      <label for={id}>{labelOf(parameter)}</label>
      <input
        id={id}
        type="checkbox"
        class="toggle"
        checked={on}
        data-parameter={parameter.name}
        aria-description={parameter.description}
        onChange={(event) => faders.turn(parameter, event.currentTarget.checked ? 1 : 0)}
      />
    </div>
  );
}

function helpOf({ description, minimum, maximum, default: usual, unit }: ParameterDeclaration) {
  const range = `${formatValue(minimum, "")} to ${formatValue(maximum, unit)}`;
  return `${description} (${range}, usually ${formatValue(usual, unit)})`.trim();
}
