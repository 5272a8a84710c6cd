import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Deck } from "../store/deck";
import { useStage } from "./context";
import { formatNumber } from "./format";
import { Icon } from "./icons";
import { Parameter } from "./Parameter";

const MOST = 4;

/** All decks, each with its ear, what it does, and what it may start from; and the crossfader. */
export function DeckList() {
  const stage = useStage();
  const crossfade = stage.welcome.value?.parameters.find(({ name }) => name === "crossfade");
  return (
    <section class="group">
      <h2 class="unseen">Decks</h2>
      <ul class="decks">
        {stage.decks.value.map((deck) => (
          <DeckItem key={deck.number} deck={deck} />
        ))}
      </ul>
      {stage.decks.value.length < MOST && <OpenDeck />}
      {stage.decks.value.length > 1 && crossfade && <Parameter parameter={crossfade} />}
    </section>
  );
}

function DeckItem({ deck }: { deck: Deck }) {
  const stage = useStage();
  const state = deck.state.value;
  const title = stage.welcome.value?.ears.find(({ id }) => id === state?.ear)?.title ?? "";
  const clip = stage.clips.value.find(({ id }) => id === state?.clip)?.title ?? "";
  const activation = deck.status.value?.activation ?? null;
  const others = stage.decks.value.filter((other) => other !== deck);
  return (
    <li class={stage.deck.value === deck ? "deck shown" : "deck"}>
      <button
        type="button"
        class="plain"
        title={`Shows deck ${deck.letter} and plays it by hand (key ${deck.number + 1})`}
        aria-pressed={stage.deck.value === deck}
        onClick={() => {
          stage.show(deck.number);
        }}
      >
        <b>{deck.letter}</b> {title} · {clip}
        <small>
          {state?.running ? "dreaming" : "resting"}
          {activation !== null && `, ${formatNumber(Math.round(activation * 100) / 100)}`}
        </small>
      </button>
      {others.map(({ number, letter }) => (
        <button
          key={number}
          type="button"
          class="small"
          title={`Deck ${deck.letter} starts again from the loop that deck ${letter} dreamed last`}
          onClick={() => deck.send({ type: "start_from", source: number })}
        >
          From {letter}
        </button>
      ))}
      {deck.number > 0 && (
        <button
          type="button"
          class="plain icon-only"
          aria-label={`Close deck ${deck.letter}`}
          title={`Closes deck ${deck.letter}; its dream is lost`}
          onClick={() => stage.tell({ type: "close", deck: deck.number })}
        >
          <Icon name="remove" />
        </button>
      )}
    </li>
  );
}

function OpenDeck() {
  const stage = useStage();
  const id = useId();
  const ears = stage.welcome.value?.ears ?? [];
  const chosen = useSignal("");
  const ear = chosen.value || stage.state.value?.ear || "";
  return (
    <div class="field" title="Another ear beside this one, with a loop and targets of its own">
      <label for={id}>Another deck</label>
      <select
        id={id}
        value={ear}
        onChange={(event) => {
          chosen.value = event.currentTarget.value;
        }}
      >
        {ears.map((each) => (
          <option key={each.id} value={each.id}>
            {each.title}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="small"
        disabled={!ear}
        title="Opens the deck; it begins with deck A's clip, in time with it"
        onClick={() => stage.tell({ type: "open", ear })}
      >
        <Icon name="plus" /> Open
      </button>
    </div>
  );
}
