import { useId } from "preact/hooks";
import type { LayerShape } from "../messages";
import { AXES, neuronCount } from "../range";
import { MODES, type Mode } from "../selecting/combine";
import { AxisFaders } from "./AxisFaders";
import { useStage } from "./context";
import { formatNumber, hearsMore, weightAt } from "./format";
import { Icon } from "./icons";
import { Slider } from "./Slider";
import { TargetList } from "./TargetList";

/** Which neurons the sound shall excite: a layer, six range faders, a weight, and what a new choice
 * does with the old. */
export function TargetSection() {
  const { aim, ear } = useStage();
  const layers = ear.value?.layers ?? [];
  const choice = aim.choice.value;
  const layer = layers.find(({ name }) => name === choice.layer);
  return (
    <section class="group target">
      <h2>Target</h2>
      <LayerSelect layers={layers} />
      {layer && <LongHearing layer={layer} />}
      {layer &&
        AXES.map((axis) => <AxisFaders key={axis} axis={axis} layer={layer} choice={choice} />)}
      <Slider
        label="Weight"
        name="weight"
        title="How strongly these neurons are wanted; below zero they are to fall silent"
        position={(choice.weight + 1) / 2}
        step={0.025}
        text={formatNumber(Math.round(choice.weight * 100) / 100)}
        onPosition={(position) => aim.choose({ weight: weightAt(position) })}
        onReset={() => aim.choose({ weight: 1 })}
      />
      <ModeSwitch />
      {layer && <p class="quiet">{count(neuronCount(choice, layer))} in hand</p>}
      <TargetList />
    </section>
  );
}

export function count(neurons: number): string {
  return neurons === 1 ? "1 neuron" : `${neurons.toLocaleString("en")} neurons`;
}

function LayerSelect({ layers }: { layers: LayerShape[] }) {
  const { aim } = useStage();
  const id = useId();
  return (
    <div
      class="field"
      title="The layer of the ear whose neurons are chosen: low layers hear details, high ones rhythm and harmony"
    >
      <label for={id}>Layer</label>
      <select
        id={id}
        data-parameter="layer"
        value={aim.choice.value.layer}
        onChange={(event) => aim.choose({ layer: event.currentTarget.value })}
      >
        {layers.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Says when an answer of the layer depends on more sound than the loop has. */
function LongHearing({ layer }: { layer: LayerShape }) {
  const loop = useStage().playing.value;
  const text = loop && hearsMore(layer.hears, loop.header.samples / loop.header.sample_rate);
  return text ? (
    <p
      class="quiet"
      title="The ear hears the loop again and again, so these neurons answer to all of it"
    >
      {text}
    </p>
  ) : null;
}

const NAMES: Record<Mode, string> = {
  replace: "Replace",
  add: "Add",
  subtract: "Subtract",
  invert: "Invert",
};
const HELP: Record<Mode, string> = {
  replace: "A new choice, by fader or in the picture, replaces the target at once",
  add: "A new choice comes to the target as another one",
  subtract: "A new choice is taken out of the target",
  invert: "What is in the target and in the new choice leaves it, what is not comes in",
};

function ModeSwitch() {
  const { aim } = useStage();
  const mode = aim.mode.value;
  const held = aim.held.value !== null;
  return (
    <div class="mode">
      <fieldset class="segments" title="What a new choice does with the target">
        <legend class="unseen">A new choice</legend>
        {MODES.map((each) => (
          <label key={each} title={HELP[each]}>
            <input
              type="radio"
              name="mode"
              value={each}
              checked={mode === each}
              onChange={() => aim.setMode(each)}
            />
            <span>{NAMES[each]}</span>
          </label>
        ))}
      </fieldset>
      <div class="acts">
        <button
          type="button"
          class="small"
          disabled={mode === "replace" || held}
          title={`${NAMES[mode]}s the choice in hand; what is chosen in the picture is so at once`}
          onClick={() => aim.apply()}
        >
          <Icon name={mode === "subtract" ? "minus" : "plus"} />
          {mode === "replace" ? "Add" : NAMES[mode]} choice
        </button>
        <button
          type="button"
          class="small"
          disabled={aim.targets.value.length === 0}
          title="Targets all the rest of the targeted layers instead"
          onClick={() => aim.invert()}
        >
          <Icon name="invert" /> All the rest
        </button>
      </div>
    </div>
  );
}
