import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useStage } from "./context";

/** A sound file dropped anywhere on the page becomes the clip. */
export function DropZone() {
  const stage = useStage();
  const over = useSignal(false);
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent) => {
      over.value = false;
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void stage.useFile(file);
    };
    window.addEventListener("dragover", hold);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", hold);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return over.value ? <div class="drop">Drop a sound to dream from it</div> : null;
}
