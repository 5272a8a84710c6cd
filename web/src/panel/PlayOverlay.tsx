import { useSignal } from "@preact/signals";
import { useStage } from "./context";
import { Icon } from "./icons";

/** The first gesture, which browsers ask for before any sound: one large button. */
export function PlayOverlay() {
  const stage = useStage();
  const begun = useSignal(false);
  if (stage.sounding.value) begun.value = true;
  if (begun.value) return null;
  const ready = stage.received.value > 0;
  return (
    <div class="overlay">
      <button
        type="button"
        class="begin"
        disabled={!ready}
        title="Plays the loop (space)"
        onClick={() => void stage.play()}
      >
        <Icon name="play" />
        <span class="unseen">Play the loop</span>
      </button>
      <p>
        {ready
          ? "Play, then let the ear dream: the loop bends towards what its neurons want to hear."
          : stage.connection.value === "lost"
            ? "The server cannot be reached. Trying again …"
            : "The ear wakes up …"}
      </p>
      {stage.guide.inviting.value && (
        <button
          type="button"
          class="link"
          title="Shows in five steps what the page can do; Escape leaves"
          onClick={() => stage.guide.start()}
        >
          First time here? Take the tour
        </button>
      )}
    </div>
  );
}
