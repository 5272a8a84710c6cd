import { useId } from "preact/hooks";
import type { ParameterDeclaration } from "../messages";
import { MOST_BARS, possibleBars, UNITS } from "../tempo/bars";
import { useStage } from "./context";

interface Declared {
  bpm: ParameterDeclaration;
  bars: ParameterDeclaration;
  beats: ParameterDeclaration;
  unit: ParameterDeclaration;
}

const ALL_BARS = Array.from({ length: MOST_BARS }, (_, index) => index + 1);

/** Beats in a bar and bars in a loop; what would be too long or too short is not offered. */
export function Metre({ bpm, bars, beats, unit }: Declared) {
  const { desk } = useStage();
  const [tempo, chosen, count, note] = [bpm, bars, beats, unit].map((each) => desk.of(each).value);
  const possible = possibleBars(tempo, count, note);
  return (
    <>
      <fieldset class="segments bars" title="Bars in a loop; it lasts 1 to 16 s">
        <legend class="unseen">Bars</legend>
        {ALL_BARS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="bars"
              value={each}
              aria-label={each === 1 ? "1 bar" : `${each} bars`}
              checked={chosen === each}
              disabled={!possible.includes(each)}
              onChange={() => desk.turn(bars, each)}
            />
            <span>{each}</span>
          </label>
        ))}
      </fieldset>
      <Time beats={beats} unit={unit} count={count} note={note} />
    </>
  );
}

function Time(props: Pick<Declared, "beats" | "unit"> & { count: number; note: number }) {
  const { beats, unit, count, note } = props;
  const { desk } = useStage();
  const id = useId();
  return (
    <div class="field" title="Beats in a bar, and which note a beat is; the tempo counts quarters">
      <label for={id}>Metre</label>
      <span class="metre">
        <select
          id={id}
          value={count}
          onChange={(event) => desk.turn(beats, Number(event.currentTarget.value))}
        >
          {Array.from({ length: beats.maximum }, (_, index) => index + 1).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <span aria-hidden="true">/</span>
        <select
          aria-label="Note value of a beat"
          value={note}
          onChange={(event) => desk.turn(unit, Number(event.currentTarget.value))}
        >
          {UNITS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}
