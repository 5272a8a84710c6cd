import { useId } from "preact/hooks";
import type { LayerShape } from "../messages";
import { AXES, neuronCount } from "../range";
import { AxisFaders } from "./AxisFaders";
import { useStage } from "./context";
import { formatNumber, hearsMore } from "./format";
import { Icon } from "./icons";
import { Slider } from "./Slider";
import { TargetList } from "./TargetList";

/** Which neurons the sound shall excite: a layer, six range faders, a weight, add or replace. */
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
      <TargetList layers={layers} />
    </section>
  );
}

/** -1 to 1 without zero, which would select neurons and then not care for them. */
function weightAt(position: number): number {
  const weight = Math.round((2 * position - 1) * 20) / 20;
  return weight === 0 ? 0.05 : weight;
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

function ModeSwitch() {
  const { aim } = useStage();
  const adding = aim.mode.value === "add";
  return (
    <div class="mode">
      <fieldset
        class="segments"
        title="Whether a new choice replaces the target at once, or is added to it on demand"
      >
        <legend class="unseen">A new choice</legend>
        {(["replace", "add"] as const).map((mode) => (
          <label key={mode}>
            <input
              type="radio"
              name="mode"
              value={mode}
              checked={aim.mode.value === mode}
              onChange={() => aim.setMode(mode)}
            />
            <span>{mode === "replace" ? "Replace" : "Add"}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        class="small"
        disabled={!adding}
        title="Adds the choice in hand to the target"
        onClick={() => aim.add()}
      >
        <Icon name="plus" /> Add choice
      </button>
    </div>
  );
}
