import { useId } from "preact/hooks";
import type { ParameterDeclaration } from "../messages";
import { FASTEST_BPM, loopSeconds, SLOWEST_BPM } from "../tempo/bars";
import { ClockChoice } from "./ClockChoice";
import { useStage } from "./context";
import { Metre } from "./Metre";
import { Parameter } from "./Parameter";

/** One tempo for all decks: how fast, how many bars, of which metre, and whose clock counts. */
export function TempoTab() {
  const { welcome, desk } = useStage();
  const declared = new Map(welcome.value?.parameters.map((each) => [each.name, each]));
  const [sync, bpm, bars, beats, unit] = ["tempo_sync", "bpm", "bars", "beats", "beat_unit"].map(
    (name) => declared.get(name),
  );
  if (!(sync && bpm && bars && beats && unit)) return null;
  const value = (each: ParameterDeclaration) => desk.of(each).value;
  const seconds = loopSeconds(value(bpm), value(bars), value(beats), value(unit));
  return (
    <>
      <section class="group tempo">
        <h2 class="unseen">Tempo</h2>
        <Sync parameter={sync} />
        <div class="bpm">
          <BpmNumber parameter={bpm} />
          <TapButton />
        </div>
        <Parameter parameter={bpm} />
        <Metre bpm={bpm} bars={bars} beats={beats} unit={unit} />
        <p class="quiet" aria-live="polite">
          {value(sync) < 0.5
            ? "Each clip plays in its own tempo."
            : `All loops last ${seconds.toFixed(2)} s.`}
        </p>
      </section>
      <ClockChoice />
    </>
  );
}

/** Switched on by hand it begins with the tempo that is heard, so that nothing leaps. */
function Sync({ parameter }: { parameter: ParameterDeclaration }) {
  const stage = useStage();
  const id = useId();
  const { desk } = stage;
  const turn = (on: boolean) => {
    const clip = stage.clips.peek().find((each) => each.id === stage.state.peek()?.clip);
    if (on && clip?.bpm && clip.bars) {
      desk.turn({ name: "bpm", default: 120 }, clip.bpm);
      desk.turn({ name: "bars", default: 2 }, clip.bars);
      desk.turn({ name: "beats", default: 4 }, 4);
      desk.turn({ name: "beat_unit", default: 4 }, 4);
    }
    desk.turn(parameter, on ? 1 : 0);
  };
  return (
    <div class="switch" title={parameter.description}>
      <label for={id}>{parameter.label}</label>
      <input
        id={id}
        type="checkbox"
        class="toggle"
        checked={desk.of(parameter).value >= 0.5}
        data-parameter={parameter.name}
        aria-description={parameter.description}
        onChange={(event) => turn(event.currentTarget.checked)}
      />
    </div>
  );
}

function BpmNumber({ parameter }: { parameter: ParameterDeclaration }) {
  const { desk, notices } = useStage();
  const id = useId();
  const value = desk.of(parameter).value;
  return (
    <div class="seed" title="Quarter notes a minute; written, it is exact">
      <input
        id={id}
        type="number"
        class="large"
        min={SLOWEST_BPM}
        max={FASTEST_BPM}
        step={0.1}
        value={Math.round(value * 100) / 100}
        onChange={(event) => {
          const bpm = event.currentTarget.valueAsNumber;
          if (bpm >= SLOWEST_BPM && bpm <= FASTEST_BPM) desk.turn(parameter, bpm);
          else {
            notices.tell(`Tempo: expected ${SLOWEST_BPM} to ${FASTEST_BPM} BPM`);
            event.currentTarget.value = String(value);
          }
        }}
      />
      <label for={id}>BPM</label>
    </div>
  );
}

function TapButton() {
  const { timing } = useStage();
  return (
    <button
      type="button"
      class="small tap"
      title="Tap along, two beats or more: all loops take this tempo (key T)"
      onPointerDown={() => timing.tap()}
      onKeyDown={(event) => {
        if (event.repeat || (event.key !== " " && event.key !== "Enter")) return;
        event.preventDefault();
        timing.tap();
      }}
    >
      Tap
    </button>
  );
}
