import { useEffect, useRef } from "preact/hooks";
import { useStage } from "./context";
import { Icon } from "./icons";
import { KEYS } from "./keys";

/** All keys at a glance, and the way back to the tour. */
export function KeySheet() {
  const { guide } = useStage();
  const sheet = useRef<HTMLDialogElement>(null);
  const open = guide.sheet.value;
  useEffect(() => {
    if (open) sheet.current?.showModal();
    else sheet.current?.close();
  }, [open]);
  return (
    <dialog
      ref={sheet}
      class="sheet"
      aria-label="Keys"
      onClose={() => {
        guide.sheet.value = false;
      }}
    >
      <header>
        <h2>Keys</h2>
        <button
          type="button"
          class="small"
          title="Shows in five steps what the page can do"
          onClick={() => guide.start()}
        >
          Take the tour
        </button>
        <button
          type="button"
          class="round"
          aria-label="Close"
          title="Closes this sheet (Escape)"
          onClick={() => {
            guide.sheet.value = false;
          }}
        >
          <Icon name="remove" />
        </button>
      </header>
      <dl>
        {KEYS.map(({ keys, words }) => (
          <div key={words}>
            <dt>{keys.map((key) => (key === "…" ? " … " : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
