import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Stage } from "../store/stage";
import { useStage } from "./context";

export const TYPING =
  "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select";
const PRESSING = "button, summary, a, input";

/** All keys, for the sheet that lists them; some are obeyed where their matter is. */
export const KEYS: readonly { keys: readonly string[]; words: string }[] = [
  { keys: ["Space"], words: "Play, pause" },
  { keys: ["D"], words: "Dream, rest" },
  { keys: ["N"], words: "Start anew from the clip" },
  { keys: ["R"], words: "Record, stop" },
  { keys: ["Ctrl+Z"], words: "Undo" },
  { keys: ["Ctrl+Shift+Z"], words: "Redo" },
  { keys: ["Shift+1", "…", "9"], words: "Move to a scene" },
  { keys: ["S"], words: "Store a new scene" },
  { keys: ["1", "…", "4"], words: "Show deck A to D" },
  { keys: ["B"], words: "Start clip: tap to switch, hold to compare" },
  { keys: ["X"], words: "Hold the loops" },
  { keys: ["C"], words: "Take the loop that is cued" },
  { keys: [",", "."], words: "Tab before, tab after" },
  { keys: ["T"], words: "Tap the tempo" },
  { keys: ["L"], words: "For a light room, for a dark one" },
  { keys: ["H"], words: "Only the picture" },
  { keys: ["W"], words: "Open the stage window" },
  { keys: ["?"], words: "This sheet" },
  { keys: ["Esc"], words: "Leave the sheet or the tour" },
];

/** Obeys the keys of the whole page. */
export function useKeys(bare: Signal<boolean>): void {
  const stage = useStage();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(TYPING) || event.altKey) return;
      if (event.key === "Escape") stage.guide.leave();
      else if (event.ctrlKey || event.metaKey) command(stage, event);
      else if (event.repeat) return;
      else if (event.key === " ") {
        if (target?.closest(PRESSING)) return;
        event.preventDefault();
        void (stage.sounding.peek() ? stage.pause() : stage.play());
      } else if (event.key.toLowerCase() === "h") bare.value = !bare.peek();
      else plain(stage, event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });
}

function command(stage: Stage, event: KeyboardEvent): void {
  const key = event.key.toLowerCase();
  const again = (key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey);
  if (!again && !(key === "z" && !event.shiftKey)) return;
  event.preventDefault();
  if (again) stage.memory.redo();
  else stage.memory.undo();
}

function plain(stage: Stage, event: KeyboardEvent): void {
  // By its place: with Shift, the digits' row writes other signs on every keyboard.
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit && event.shiftKey) stage.memory.recall(Number(digit) - 1);
  else if (/^[1-4]$/.test(event.key)) stage.show(Number(event.key) - 1);
  else if (event.key === "?") stage.guide.sheet.value = !stage.guide.sheet.peek();
  else if (event.key === "d") stage.dream(!stage.state.peek()?.running);
  else if (event.key === "n") stage.send({ type: "restart" });
  else if (event.key === "r") void stage.record();
  else if (event.key === "t") stage.timing.tap();
  else if (event.key === "l") stage.bright.value = !stage.bright.peek();
  else if (event.key === "s") storeNew(stage);
  else if (event.key === "w") openStageWindow();
  else if (event.key === "," || event.key === ".") turnTab(event.key === "." ? 1 : -1);
}

function storeNew({ memory, notices }: Stage): void {
  const free = memory.free;
  if (free === null) notices.tell("All 64 scenes are taken: store in one of them");
  else memory.store(free);
}

/** Opens the window for the projector; the browser brings it to the front when it is there. */
export function openStageWindow(): void {
  window.open("stage", "immersions-stage", "popup,width=1280,height=720");
}

function turnTab(step: number): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>(".tabs [role=tab]")];
  const at = tabs.findIndex((tab) => tab.ariaSelected === "true");
  const next = tabs[(at + step + tabs.length) % tabs.length];
  next?.click();
  next?.focus();
}
