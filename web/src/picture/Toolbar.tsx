import type { Signal } from "@preact/signals";
import { useStage } from "../panel/context";
import { Icon } from "../panel/icons";
import type { Tool } from "./gestures";
import { byKey, type Camera, HOME } from "./view";

const TOOLS: { tool: Tool; label: string; icon: "hand" | "box" | "lasso"; title: string }[] = [
  {
    tool: "hand",
    label: "Move",
    icon: "hand",
    title: "Dragging moves the picture; a click takes a neuron, holding it lets you hear it alone",
  },
  {
    tool: "box",
    label: "Box",
    icon: "box",
    title: "Dragging draws a box: all neurons in it are chosen (with the other tools: Shift)",
  },
  {
    tool: "lasso",
    label: "Lasso",
    icon: "lasso",
    title: "Dragging draws a line around the neurons to choose (with the other tools: Alt)",
  },
];

interface Props {
  tool: Signal<Tool>;
  camera: Signal<Camera>;
  byActivation: Signal<boolean>;
}

/** How to touch the picture, how near it is, and what its colours mean. */
export function Toolbar({ tool, camera, byActivation }: Props) {
  const stage = useStage();
  const go = (key: string) => {
    camera.value = byKey(camera.peek(), key) ?? camera.peek();
  };
  return (
    <div class="tools" role="toolbar" aria-label="Picture">
      <fieldset class="group-of" title="What dragging in the picture does">
        <legend class="unseen">Dragging</legend>
        {TOOLS.map(({ tool: each, label, icon, title }) => (
          <label key={each} title={title}>
            <input
              type="radio"
              name="tool"
              value={each}
              aria-label={label}
              checked={tool.value === each}
              onChange={() => {
                tool.value = each;
              }}
            />
            <span>
              <Icon name={icon} />
            </span>
          </label>
        ))}
      </fieldset>
      <div class="group-of">
        <button
          type="button"
          aria-label="Nearer"
          title="Nearer (wheel, or key +)"
          onClick={() => go("+")}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          aria-label="Farther"
          title="Farther (wheel, or key -)"
          onClick={() => go("-")}
        >
          <Icon name="minus" />
        </button>
        <button
          type="button"
          aria-label="Whole network"
          title="Shows the whole network (double click, or key 0)"
          disabled={camera.value === HOME}
          onClick={() => go("0")}
        >
          <Icon name="home" />
        </button>
      </div>
      <div class="group-of">
        <button
          type="button"
          aria-label="Colour by activation"
          aria-pressed={byActivation.value}
          title="Colours neurons by how active they are, or by their layer"
          onClick={() => {
            byActivation.value = !byActivation.value;
          }}
        >
          <Icon name="colours" />
        </button>
        <button
          type="button"
          aria-label="Light room"
          aria-pressed={stage.bright.value}
          title="For a light room: more contrast, and silent neurons brighter (key L)"
          onClick={() => {
            stage.bright.value = !stage.bright.value;
          }}
        >
          <Icon name="sun" />
        </button>
        <button
          type="button"
          aria-label="Hold to listen"
          title="While it is held, the ear dreams of the choice in hand alone, out of silence (in the picture: hold a neuron)"
          disabled={!stage.ear.value}
          {...holding(
            () => stage.solo.hold(stage.aim.choice.peek()),
            () => stage.solo.letGo(),
          )}
          class={stage.solo.held.value ? "held" : ""}
        >
          <Icon name="ear" />
        </button>
      </div>
    </div>
  );
}

/** A button that does something while it is held, by pointer or by key. */
function holding(begin: () => void, end: () => void) {
  const pressing = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  return {
    onPointerDown(event: PointerEvent) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      begin();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onBlur: end,
    onKeyDown(event: KeyboardEvent) {
      if (!pressing(event)) return;
      event.preventDefault();
      if (!event.repeat) begin();
    },
    onKeyUp(event: KeyboardEvent) {
      if (pressing(event)) end();
    },
  };
}
