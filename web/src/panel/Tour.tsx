import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { STOPS } from "../store/guide";
import { useStage } from "./context";

const MARGIN = 6;
const LOOK_MS = 250;

/** One card at a time, and a line round what it is about; everything goes on working beside it. */
export function Tour() {
  const { guide } = useStage();
  const at = guide.stop.value;
  const box = useSignal<DOMRect | null>(null);
  const onwards = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (at === null) return;
    onwards.current?.focus();
    const look = () => {
      box.value = document.querySelector(STOPS[at].at)?.getBoundingClientRect() ?? null;
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [at]);
  if (at === null) return null;
  const place = box.value;
  return (
    <>
      {place && (
        <div
          class="tour-mark"
          aria-hidden="true"
          style={{
            left: `${place.left - MARGIN}px`,
            top: `${place.top - MARGIN}px`,
            width: `${place.width + 2 * MARGIN}px`,
            height: `${place.height + 2 * MARGIN}px`,
          }}
        />
      )}
      <section class="tour" role="dialog" aria-label="Tour">
        <p aria-live="polite">{STOPS[at].words}</p>
        <footer>
          <span>
            {at + 1} of {STOPS.length}
          </span>
          <button
            type="button"
            class="link"
            title="Leaves the tour (Escape); the sheet of keys has it again"
            onClick={() => guide.leave()}
          >
            Leave
          </button>
          <button
            ref={onwards}
            type="button"
            class="small"
            title={at + 1 < STOPS.length ? "To the next stop" : "Ends the tour"}
            onClick={() => guide.next()}
          >
            {at + 1 < STOPS.length ? "Next" : "Done"}
          </button>
        </footer>
      </section>
    </>
  );
}
