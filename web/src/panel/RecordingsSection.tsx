import type { RecordingMade } from "../messages";
import { useStage } from "./context";
import { formatClock, formatSize } from "./format";

/** What has been recorded on the server's machine, to be fetched. */
export function RecordingsSection() {
  const { recorder } = useStage().keeping;
  const made = recorder.recordings.value;
  if (made.length === 0) return null;
  return (
    <details class="group recordings">
      <summary>Recordings</summary>
      <ul>
        {made.map((each) => (
          <li key={each.id}>
            <Recording made={each} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Recording({ made }: { made: RecordingMade }) {
  const { id, going, seconds, size, performance } = made;
  if (going) return <span class="quiet">{nameOf(id)}, being recorded</span>;
  return (
    <a
      href={`api/recordings/${id}/audio`}
      download={`${id}.wav`}
      title={`Fetches the WAV file; its performance is “${performance}”`}
    >
      {nameOf(id)}{" "}
      <small>
        {formatClock(seconds)}, {formatSize(size)}
      </small>
    </a>
  );
}

/** When it was begun, from `rec-20261120-184012`. */
export function nameOf(id: string): string {
  const found = /^rec-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(?:-(\d+))?$/.exec(id);
  if (!found) return id;
  const [, year, month, day, hour, minute, second, number] = found;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}${number ? ` (${number})` : ""}`;
}
