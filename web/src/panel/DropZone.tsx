import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useStage } from "./context";

/** A sound file dropped anywhere on the page becomes the clip, but on a channel of the mixer. */
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
      const files = event.dataTransfer?.files;
      // A channel of the mixer has taken them.
      if (!files?.length || event.defaultPrevented) return;
      event.preventDefault();
      void stage.intake.useFiles([...files]);
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
  return over.value ? (
    <div class="drop">Drop a sound to dream from it, or onto a sample's channel in the mixer</div>
  ) : null;
}
