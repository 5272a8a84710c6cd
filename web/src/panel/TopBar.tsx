import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { ClipSelect } from "./ClipSelect";
import { useStage } from "./context";
import { DeckSwitch } from "./DeckSwitch";
import { Icon } from "./icons";
import { openStageWindow } from "./keys";
import { RecordButton } from "./RecordButton";

/** The clip, the ear, and the three things done most: dream, play, turn the volume. */
export function TopBar({ bare }: { bare: Signal<boolean> }) {
  const { guide } = useStage();
  return (
    <header class="top">
      <h1>immersions</h1>
      <DeckSwitch />
      <ClipSelect />
      <EarSelect />
      <span class="spring" />
      <UndoButtons />
      <DreamButton />
      <PlayButton />
      <RecordButton />
      <Volume />
      <button
        type="button"
        class="round"
        aria-label="Stage window"
        title="Opens the window for the projector, which follows this one (key W)"
        onClick={openStageWindow}
      >
        <Icon name="window" />
      </button>
      <button
        type="button"
        class="round"
        aria-label="Keys and tour"
        title="Lists all keys, and has the tour (key ?)"
        onClick={() => {
          guide.sheet.value = true;
        }}
      >
        <Icon name="question" />
      </button>
      <button
        type="button"
        class="round"
        aria-pressed={bare.value}
        aria-label="Only the picture"
        title="Hides the controls, for projecting (key H)"
        onClick={() => {
          bare.value = !bare.value;
        }}
      >
        <Icon name="expand" />
      </button>
    </header>
  );
}

function UndoButtons() {
  const { memory } = useStage();
  const { undo, redo } = memory.steps.value;
  return (
    <>
      <button
        type="button"
        class="round"
        aria-label="Undo"
        title={`Undoes the last change; ${undo} can be undone (Ctrl+Z)`}
        disabled={undo === 0}
        onClick={() => memory.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="round"
        aria-label="Redo"
        title={`Does again what was undone; ${redo} can be (Ctrl+Shift+Z)`}
        disabled={redo === 0}
        onClick={() => memory.redo()}
      >
        <Icon name="redo" />
      </button>
    </>
  );
}

function EarSelect() {
  const stage = useStage();
  const id = useId();
  const ears = stage.welcome.value?.ears ?? [];
  return (
    <div class="pick" title={stage.ear.value?.credits || "The network that listens"}>
      <label for={id}>Ear</label>
      <select
        id={id}
        value={stage.state.value?.ear ?? ""}
        onChange={(event) => stage.send({ type: "ear", id: event.currentTarget.value })}
      >
        {ears.map((ear) => (
          <option key={ear.id} value={ear.id}>
            {ear.title}
          </option>
        ))}
      </select>
    </div>
  );
}

function DreamButton() {
  const stage = useStage();
  const running = stage.state.value?.running ?? false;
  const invite = stage.sounding.value && !running && (stage.status.value?.steps ?? 0) === 0;
  return (
    <button
      type="button"
      class={`dream${running ? " on" : ""}${invite ? " invite" : ""}`}
      aria-pressed={running}
      disabled={!stage.state.value}
      data-parameter="dream"
      title="Bends the loop towards the target, step by step, or rests on what there is (key D)"
      onClick={() => stage.dream(!running)}
    >
      <i class="lamp" aria-hidden="true" />
      {running ? "Dreaming" : "Dream"}
    </button>
  );
}

function PlayButton() {
  const stage = useStage();
  const on = stage.sounding.value;
  return (
    <button
      type="button"
      class="round primary"
      aria-label={on ? "Pause" : "Play"}
      title={on ? "Pauses the sound (space)" : "Plays the loop (space)"}
      onClick={() => void (on ? stage.pause() : stage.play())}
    >
      <Icon name={on ? "pause" : "play"} />
    </button>
  );
}

function Volume() {
  const stage = useStage();
  const position = stage.volume.value;
  return (
    <div class="volume" title="Volume of what is heard here; the dream does not depend on it">
      <Icon name="volume" />
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={position}
        aria-label="Volume"
        aria-valuetext={`${Math.round(100 * position)} %`}
        style={{ "--fill": `${100 * position}%` }}
        onInput={(event) => stage.setVolume(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
