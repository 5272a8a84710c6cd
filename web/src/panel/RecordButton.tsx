import { useStage } from "./context";
import { formatClock, formatSize } from "./format";

/** Records the master, and says how long and how large the recording is. */
export function RecordButton() {
  const stage = useStage();
  const { recorder } = stage.keeping;
  const going = recorder.going.value;
  const clock = formatClock(recorder.seconds.value);
  const size = formatSize(recorder.size.value);
  return (
    <button
      type="button"
      class={going ? "record on" : "record"}
      aria-pressed={going}
      aria-label={going ? `Stop recording: ${clock} ${size}` : "Rec: record what is heard"}
      title="Records what is heard, before the volume, to a WAV file of 24 bits (key R)"
      onClick={() => void stage.record()}
    >
      <i class="lamp" aria-hidden="true" />
      {going ? (
        <span class="clock">
          {clock} <small>{size}</small>
        </span>
      ) : (
        <span>Rec</span>
      )}
    </button>
  );
}
