import { type ReadonlySignal, useSignal } from "@preact/signals";

/** What lies under the pointer or has the focus explains itself in one line at the page's foot. */
export function useHelp() {
  const text = useSignal("");
  const explain = (event: Event) => {
    const target = event.target instanceof Element ? event.target.closest("[title]") : null;
    text.value = target?.getAttribute("title") ?? "";
  };
  return { text, listeners: { onPointerOver: explain, onFocusIn: explain } };
}

export function HelpLine({ text }: { text: ReadonlySignal<string> }) {
  return (
    <p class="help" aria-hidden="true">
      {text.value || "Point at anything: its meaning is told here."}
    </p>
  );
}
