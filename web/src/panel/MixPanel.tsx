import { STRIPS } from "../audio/mixing";
import { CueControls } from "./CueControls";
import { useStage } from "./context";
import { MasterMeters } from "./Meters";
import { OwnSounds } from "./OwnSounds";
import { Parameter } from "./Parameter";
import { SampleHead } from "./SampleHead";
import { Fader, Strip } from "./Strip";

const SLOTS = [0, 1, 2, 3];

/** The mixer: dreams, start clips and samples beside each other, and what leaves. */
export function MixPanel() {
  return (
    <>
      <section class="group master">
        <h2>Master</h2>
        <Fader name="master_level" />
        <MasterMeters />
      </section>
      <CueControls />
      <Channels />
      <OwnSounds />
    </>
  );
}

function Channels() {
  const stage = useStage();
  const { mix } = stage;
  const crossfade = stage.welcome.value?.parameters.find(({ name }) => name === "crossfade");
  const level = (name: string) => mix.levels[STRIPS.indexOf(name)];
  return (
    <section class="group channels">
      <h2>Channels</h2>
      {stage.decks.value.map((deck) => {
        const name = `deck_${deck.letter.toLowerCase()}`;
        return (
          <Strip key={name} name={name} label={`deck ${deck.letter}`} level={level(name)}>
            <b>{deck.letter}</b> The dream
          </Strip>
        );
      })}
      {stage.decks.value.length > 1 && crossfade && <Parameter parameter={crossfade} />}
      <Strip name="start" label="the start clip" level={level("start")}>
        The start clip beside it
      </Strip>
      {SLOTS.map((slot) => {
        const name = `sample_${slot + 1}`;
        return (
          <Strip key={name} name={name} label={`sample ${slot + 1}`} level={level(name)}>
            <SampleHead slot={slot} />
          </Strip>
        );
      })}
      <button
        type="button"
        class="small"
        disabled={stage.mixable.value.length === 0}
        title="Makes one sound of the start clip and the samples that are heard, as loud as they are, and starts from it"
        onClick={() => void stage.intake.useMixture(stage.mixable.value, stage.deck.value.number)}
      >
        Start from this mixture
      </button>
    </section>
  );
}
