import { useStage } from "./context";
import { Icon } from "./icons";

/** Lines about what went wrong, told once. */
export function NoticeList() {
  const { notices } = useStage();
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.lines.value.map(({ id, line }) => (
        <p key={id} class="notice">
          {line}
          <button
            type="button"
            class="plain icon-only"
            aria-label="Dismiss"
            onClick={() => notices.dismiss(id)}
          >
            <Icon name="remove" />
          </button>
        </p>
      ))}
    </div>
  );
}
