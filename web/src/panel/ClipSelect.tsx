import { useId, useRef } from "preact/hooks";
import { ClipOptions } from "./ClipOptions";
import { useStage } from "./context";
import { Icon } from "./icons";

/** The start sound: bundled, silence, noise, or a file of one's own. */
export function ClipSelect() {
  const stage = useStage();
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  return (
    <div class="pick" title="The sound that the dream starts from">
      <label for={id}>Clip</label>
      <select
        id={id}
        value={stage.state.value?.clip ?? ""}
        onChange={(event) => stage.send({ type: "clip", id: event.currentTarget.value })}
      >
        <ClipOptions />
      </select>
      <button
        type="button"
        class="round"
        aria-label="Upload a sound"
        title="Starts from a sound file of yours; it can also be dropped anywhere on the page"
        onClick={() => file.current?.click()}
      >
        <Icon name="upload" />
      </button>
      <input
        ref={file}
        type="file"
        accept="audio/*,.wav,.flac,.ogg,.mp3,.aif,.aiff"
        class="unseen"
        tabIndex={-1}
        aria-label="Sound file"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (chosen) void stage.intake.useFiles([chosen]);
        }}
      />
    </div>
  );
}
