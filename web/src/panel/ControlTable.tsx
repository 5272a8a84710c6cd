import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { ControlName, MappedControl } from "../messages";
import { useStage } from "./context";
import { Icon } from "./icons";

const LETTERS = ["A", "B", "C", "D"];

/** Every control with what moves it; learning and forgetting. */
export function ControlTable() {
  const { hands } = useStage();
  const id = useId();
  const deck = useSignal<number | null>(null);
  const mapped =
    hands.controllers.value?.ports.find((port) => port.id === hands.shown.value)?.mapped ?? [];
  return (
    <>
      <section class="group">
        <div
          class="field"
          title="Whether a learned controller acts on one deck, or on the one in hand"
        >
          <label for={id}>Learn for</label>
          <select
            id={id}
            value={deck.value ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              deck.value = value === "" ? null : Number(value);
            }}
          >
            <option value="">the deck in hand</option>
            {LETTERS.map((letter, number) => (
              <option key={letter} value={number}>
                Deck {letter}
              </option>
            ))}
          </select>
        </div>
        <Waiting />
      </section>
      {grouped(hands.controls.value).map(([group, controls]) => (
        <details class="group" key={group} open>
          <summary>{group}</summary>
          <ul class="mapped">
            {controls.map((control) => (
              <Row
                key={control.name}
                control={control}
                deck={control.per_deck ? deck.value : null}
                mapped={mapped.filter((each) => each.control === control.name)}
              />
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

/** What waits to be learned, told also to screen readers. */
function Waiting() {
  const { hands } = useStage();
  const learning = hands.controllers.value?.learning;
  const label = hands.controls.value.find(({ name }) => name === learning?.control)?.label;
  return (
    <p class="waiting" role="status">
      {learning && (
        <>
          Move a controller: {label}
          {learning.deck !== null && ` of deck ${LETTERS[learning.deck]}`}
          <button
            type="button"
            class="small"
            title="Learns nothing"
            onClick={() => hands.learn(null)}
          >
            Cancel
          </button>
        </>
      )}
    </p>
  );
}

interface RowProps {
  control: ControlName;
  deck: number | null;
  mapped: MappedControl[];
}

function Row({ control, deck, mapped }: RowProps) {
  const stage = useStage();
  const { hands } = stage;
  const learning = hands.controllers.value?.learning;
  const waits = learning?.control === control.name && learning.deck === deck;
  return (
    <li class={waits ? "waits" : ""} title={control.description}>
      <span>{control.label}</span>
      <span class="by">
        {mapped.map((each) => (
          <button
            key={each.deck}
            type="button"
            class="plain"
            title={`Forgets that ${each.by} moves ${control.label}`}
            aria-label={`Forget ${each.by} for ${control.label}`}
            onClick={() => {
              const port = hands.shown.peek();
              if (port)
                stage.tell({
                  type: "forget_control",
                  port,
                  control: control.name,
                  deck: each.deck,
                });
            }}
          >
            {each.deck !== null && <b>{LETTERS[each.deck]}</b>} {each.by}
            <Icon name="remove" />
          </button>
        ))}
      </span>
      <button
        type="button"
        class="small"
        aria-pressed={waits}
        aria-label={`Learn ${control.label}`}
        title={`The next controller that moves will move ${control.label}`}
        onClick={() => hands.learn(waits ? null : control.name, deck)}
      >
        Learn
      </button>
    </li>
  );
}

function grouped(controls: ControlName[]): [string, ControlName[]][] {
  const found = new Map<string, ControlName[]>();
  for (const each of controls) found.set(each.group, [...(found.get(each.group) ?? []), each]);
  return [...found];
}
