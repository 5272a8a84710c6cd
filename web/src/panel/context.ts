import { createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Stage } from "../store/stage";

export const StageContext = createContext<Stage | null>(null);

export function useStage(): Stage {
  const stage = useContext(StageContext);
  if (!stage) throw new Error("a component outside StageContext");
  return stage;
}

/**
 * Calls `draw` before each repaint while the page is visible, with the present moment: the time
 * that browsers pass lies where the frame began, which on a busy machine is some time ago.
 */
export function useAnimation(draw: (now: number) => void): void {
  useEffect(() => {
    let handle = 0;
    const frame = () => {
      draw(performance.now());
      handle = requestAnimationFrame(frame);
    };
    handle = requestAnimationFrame(frame);
    return () => cancelAnimationFrame(handle);
  });
}
