import { useEffect } from "preact/hooks";
import { useStage } from "./context";
import { TYPING } from "./keys";

/** A key held for longer than this compares; a shorter tap switches. */
const TAP_MS = 300;

/** B compares with the start clip while held, or switches to it; X holds loops, C takes one. */
export function useMixKeys(): void {
  const { desk, mix } = useStage();
  useEffect(() => {
    let pressed: { at: number; was: number } | null = null;
    const turn = (name: string, value: number) => desk.turn({ name, default: 0 }, value);
    const now = (name: string) => desk.of({ name, default: 0 }).peek();
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target instanceof Element && event.target.closest(TYPING)) return;
      if (event.key === "b") {
        pressed = { at: performance.now(), was: now("ab") };
        turn("ab", 1 - pressed.was);
      } else if (event.key === "x") turn("hold", 1 - now("hold"));
      else if (event.key === "c" && mix.held.peek()) mix.take();
    };
    const release = (event: KeyboardEvent) => {
      if (event.key !== "b" || !pressed) return;
      if (performance.now() - pressed.at > TAP_MS) turn("ab", pressed.was);
      pressed = null;
    };
    window.addEventListener("keydown", press);
    window.addEventListener("keyup", release);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keyup", release);
    };
  }, []);
}
