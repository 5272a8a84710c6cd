import type { Clip } from "../messages";
import { useStage } from "./context";
import { formatClock } from "./format";
import { Icon } from "./icons";

/** Kinds of sounds that were not there from the beginning. */
const OWN = ["upload", "dream", "mixture"];

/** What was uploaded, mixed or dreamed, to be removed where nothing uses it. */
export function OwnSounds() {
  const own = useStage().clips.value.filter(({ kind }) => OWN.includes(kind));
  if (own.length === 0) return null;
  return (
    <details class="group own-sounds">
      <summary>Your sounds</summary>
      <ul>
        {own.map((clip) => (
          <OwnSound key={clip.id} clip={clip} />
        ))}
      </ul>
    </details>
  );
}

function OwnSound({ clip }: { clip: Clip }) {
  const stage = useStage();
  return (
    <li>
      <span class="title" title={clip.title}>
        {clip.title}{" "}
        <small>
          {clip.kind}, {formatClock(clip.seconds)}
        </small>
      </span>
      <button
        type="button"
        class="plain icon-only"
        aria-label={`Remove ${clip.title}`}
        title="Removes the sound, where no deck, sample or scene uses it"
        onClick={() => stage.tell({ type: "remove_clip", id: clip.id })}
      >
        <Icon name="remove" />
      </button>
    </li>
  );
}
