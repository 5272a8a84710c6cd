import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useStage } from "./context";

export const TYPING =
  "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select";
const PRESSING = "button, summary, a, input";

/** Space plays and pauses, D dreams and rests, H hides the controls, 1 to 4 show a deck. */
export function useKeys(bare: Signal<boolean>): void {
  const stage = useStage();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(TYPING)) return;
      if (event.key === " " && !target?.closest(PRESSING)) {
        event.preventDefault();
        void (stage.sounding.peek() ? stage.pause() : stage.play());
      } else if (event.key === "d") stage.dream(!stage.state.peek()?.running);
      else if (event.key === "h") bare.value = !bare.peek();
      else if (/^[1-4]$/.test(event.key)) stage.show(Number(event.key) - 1);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });
}
