import { useId } from "preact/hooks";
import { useStage } from "./context";
import { Icon } from "./icons";

const LARGEST_SEED = 2 ** 31 - 1;

/** Starting again: from the clip, and with which random numbers. */
export function DreamSection() {
  const stage = useStage();
  const id = useId();
  const seed = stage.state.value?.seed ?? 0;
  const tell = (value: number) => {
    if (Number.isInteger(value) && value >= 0 && value <= LARGEST_SEED)
      stage.send({ type: "seed", seed: value });
    else stage.notices.tell(`Seed: expected a whole number from 0 to ${LARGEST_SEED}`);
  };
  return (
    <section class="group again">
      <h2 class="unseen">Start again</h2>
      <button
        type="button"
        class="small"
        title="Forgets what was dreamed and starts again from the clip"
        onClick={() => stage.send({ type: "restart" })}
      >
        <Icon name="restart" /> From the clip
      </button>
      <div
        class="seed"
        title="Starts again with these random numbers: the same seed dreams the same"
      >
        <label for={id}>Seed</label>
        <input
          id={id}
          type="number"
          min={0}
          max={LARGEST_SEED}
          step={1}
          value={seed}
          onChange={(event) => tell(event.currentTarget.valueAsNumber)}
        />
        <button
          type="button"
          class="small icon-only"
          aria-label="Another seed"
          title="Starts again with other random numbers"
          onClick={() => tell(Math.floor(Math.random() * 10000))}
        >
          <Icon name="dice" />
        </button>
      </div>
    </section>
  );
}
