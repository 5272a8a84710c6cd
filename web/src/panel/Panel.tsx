import { useSignal } from "@preact/signals";
import { TABS } from "./tabs";

/** The controls beside the picture, one tab of them at a time. Arrow keys go through the tabs. */
export function Panel() {
  const shown = useSignal(TABS[0].id);
  const go = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex(({ id }) => id === shown.peek());
    const next = TABS[(at + step + TABS.length) % TABS.length].id;
    shown.value = next;
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  };
  return (
    <aside class="panel" aria-label="Controls">
      <div class="tabs" role="tablist" aria-label="Controls" onKeyDown={go}>
        {TABS.map(({ id, title, help }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            title={help}
            aria-selected={shown.value === id}
            aria-controls={`panel-${id}`}
            tabIndex={shown.value === id ? 0 : -1}
            onClick={() => {
              shown.value = id;
            }}
          >
            {title}
          </button>
        ))}
      </div>
      {TABS.map(({ id, Body }) => (
        <div
          key={id}
          id={`panel-${id}`}
          class="body"
          role="tabpanel"
          aria-labelledby={`tab-${id}`}
          hidden={shown.value !== id}
        >
          {shown.value === id && <Body />}
        </div>
      ))}
    </aside>
  );
}
