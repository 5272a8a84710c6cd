import { useStage } from "./context";
import { Icon } from "./icons";

/** Lines about what went wrong, told once; what is wrong with the dreaming, as long as it is. */
export function NoticeList() {
  const { notices, status } = useStage();
  const trouble = status.value?.worker === "starting" ? "" : status.value?.message;
  return (
    <div class="notices" role="status" aria-live="polite">
      {trouble && <p class="ailing">{trouble}</p>}
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
