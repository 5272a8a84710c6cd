import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { SceneName } from "../messages";
import { useStage } from "./context";
import { Icon } from "./icons";
import { Slider } from "./Slider";

const LONGEST_SECONDS = 30;

/** Pads: a click moves to a scene, a click with Shift stores there. */
export function ScenesPanel() {
  const { memory } = useStage();
  const renaming = useSignal<number | null>(null);
  const free = memory.free;
  return (
    <section class="group scenes">
      <h2 class="unseen">Scenes</h2>
      <Slider
        label="Morph"
        title="How long faders travel to a scene; what cannot travel is switched at once"
        name="morph"
        position={Math.sqrt(memory.seconds.value / LONGEST_SECONDS)}
        step={0.01}
        text={`${memory.seconds.value.toFixed(1)} s`}
        onPosition={(position) => {
          memory.seconds.value = Math.round(10 * LONGEST_SECONDS * position ** 2) / 10;
        }}
        onReset={() => {
          memory.seconds.value = 0;
        }}
      />
      <ul class="pads">
        {memory.scenes.value.map((scene) => (
          <Pad key={scene.place} scene={scene} renaming={renaming} />
        ))}
        {free !== null && (
          <li>
            <button
              type="button"
              class="pad free"
              title="Stores the performance as it is now: targets, parameters, clips, ears, mixer"
              onClick={() => memory.store(free)}
            >
              <Icon name="plus" /> Store
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}

function Pad({ scene, renaming }: { scene: SceneName; renaming: Signal<number | null> }) {
  const { memory } = useStage();
  const { place, name } = scene;
  const key = place < 9 ? ` (Shift+${place + 1})` : "";
  const here = memory.recalled.value === place;
  return (
    <li>
      {renaming.value === place ? (
        <NameField scene={scene} renaming={renaming} />
      ) : (
        <button
          type="button"
          class={here && memory.morphing.value ? "pad morphing" : "pad"}
          aria-pressed={here}
          title={`Moves to this scene${key}; with Shift, stores the performance here`}
          onClick={(event) => (event.shiftKey ? memory.store(place) : memory.recall(place))}
        >
          <small>{place + 1}</small> {name}
        </button>
      )}
      <span class="pad-tools">
        <button
          type="button"
          class="plain icon-only"
          aria-label={`Store in ${name}`}
          title={`Stores the performance as it is now in ${name}, in place of what is there`}
          onClick={() => memory.store(place)}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          class="plain icon-only"
          aria-label={`Rename ${name}`}
          title={`Gives ${name} another name`}
          onClick={() => {
            renaming.value = place;
          }}
        >
          <Icon name="pen" />
        </button>
        <button
          type="button"
          class="plain icon-only"
          aria-label={`Delete ${name}`}
          title={`Deletes ${name}; this cannot be undone`}
          onClick={() => memory.delete(place)}
        >
          <Icon name="remove" />
        </button>
      </span>
    </li>
  );
}

function NameField({ scene, renaming }: { scene: SceneName; renaming: Signal<number | null> }) {
  const { memory } = useStage();
  const id = useId();
  const end = (name: string | null) => {
    if (renaming.peek() !== scene.place) return;
    renaming.value = null;
    if (name !== null) memory.rename(scene.place, name);
  };
  return (
    <>
      <label class="unseen" for={id}>
        Name of scene {scene.place + 1}
      </label>
      <input
        id={id}
        type="text"
        class="pad"
        maxLength={60}
        value={scene.name}
        title="Enter keeps the name, Escape leaves the old one"
        ref={(field) => field?.focus()}
        onKeyDown={(event) => {
          if (event.key === "Enter") end(event.currentTarget.value);
          else if (event.key === "Escape") end(null);
        }}
        onBlur={(event) => end(event.currentTarget.value)}
      />
    </>
  );
}
