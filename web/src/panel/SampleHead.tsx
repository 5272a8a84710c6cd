import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { ClipOptions } from "./ClipOptions";
import { useStage } from "./context";
import { Icon } from "./icons";

/** What a sample channel plays: a clip from the list, or a file chosen or dropped here. */
export function SampleHead({ slot }: { slot: number }) {
  const stage = useStage();
  const { mix } = stage;
  const id = useId();
  const over = useSignal(false);
  const file = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined) => {
    if (files) void stage.intake.useSamples(slot, [...files]);
  };
  return (
    <fieldset
      class={over.value ? "slot over" : "slot"}
      title="A sound beside the dream, in time with it; files can be dropped here"
      data-slot={slot}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        over.value = false;
        event.preventDefault();
        event.stopPropagation();
        take(event.dataTransfer?.files);
      }}
    >
      <label class="unseen" for={id}>
        Sample {slot + 1}
      </label>
      <select
        id={id}
        value={mix.samples.value[slot] ?? ""}
        onChange={(event) => mix.choose(slot, event.currentTarget.value || null)}
      >
        <option value="">Sample {slot + 1}: none</option>
        <ClipOptions />
      </select>
      <button
        type="button"
        class="small icon-only"
        aria-label={`Upload sample ${slot + 1}`}
        title="Puts sound files of yours here and into the channels below"
        onClick={() => file.current?.click()}
      >
        <Icon name="upload" />
      </button>
      <input
        ref={file}
        type="file"
        multiple
        accept="audio/*,.wav,.flac,.ogg,.mp3,.aif,.aiff"
        class="unseen"
        tabIndex={-1}
        aria-label={`Files for sample ${slot + 1}`}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </fieldset>
  );
}
