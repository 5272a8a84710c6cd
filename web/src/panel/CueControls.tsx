import { useId } from "preact/hooks";
import { NO_CUE } from "../audio/cue";
import { useStage } from "./context";
import { DeskButton } from "./Strip";

/** Comparing with the start clip, holding back new loops, and hearing them before the room does. */
export function CueControls() {
  const { mix } = useStage();
  return (
    <section class="group cue">
      <h2>Compare and cue</h2>
      <div class="row">
        <DeskButton
          name="ab"
          title="Hears the start clip instead of the dream (key B: a tap switches, holding compares)"
        >
          Start clip
        </DeskButton>
        <DeskButton
          name="hold"
          title="Keeps the loop that plays while newer ones are computed (key X)"
        >
          Hold
        </DeskButton>
        <button
          type="button"
          class={mix.waiting.value ? "small waiting" : "small"}
          disabled={!mix.held.value}
          title="Lets the newest loop in at the end of the present one, and goes on holding (key C)"
          onClick={() => mix.take()}
        >
          Take
        </button>
      </div>
      <CueOutput />
    </section>
  );
}

function CueOutput() {
  const { cueing } = useStage();
  const id = useId();
  const devices = cueing.devices.value;
  if (!cueing.possible) return <p class="quiet">{NO_CUE}.</p>;
  if (devices.length === 0)
    return (
      <button
        type="button"
        class="small"
        title="Chooses a second output, such as headphones, on which new loops can be heard first"
        onClick={() => void cueing.find()}
      >
        Choose a cue output …
      </button>
    );
  return (
    <div class="field" title="Where new loops are heard before the room hears them">
      <label for={id}>Cue on</label>
      <select
        id={id}
        value={cueing.device.value}
        onChange={(event) => void cueing.on(event.currentTarget.value)}
      >
        <option value="">Nothing</option>
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  );
}
