import { useEffect } from "preact/hooks";
import { useStage } from "./context";

/** With learning by touch on, what is pressed or focused is learned by the next controller. */
export function useTouch(): void {
  const { hands } = useStage();
  useEffect(() => {
    const touched = ({ target }: Event) => hands.touched(target instanceof Element ? target : null);
    document.addEventListener("pointerdown", touched);
    document.addEventListener("focusin", touched);
    return () => {
      document.removeEventListener("pointerdown", touched);
      document.removeEventListener("focusin", touched);
    };
  }, [hands]);
}
