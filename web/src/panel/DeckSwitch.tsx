import { useStage } from "./context";

/** Which deck is shown and played by hand; nothing where there is but one. */
export function DeckSwitch() {
  const stage = useStage();
  const decks = stage.decks.value;
  if (decks.length < 2) return null;
  return (
    <fieldset
      class="segments decks"
      title="The deck that is shown and played by hand (keys 1 to 4)"
    >
      <legend class="unseen">Deck</legend>
      {decks.map(({ number, letter }) => (
        <label key={number}>
          <input
            type="radio"
            name="deck"
            value={number}
            aria-label={`Deck ${letter}`}
            checked={stage.deck.value.number === number}
            onChange={() => {
              stage.show(number);
            }}
          />
          <span>{letter}</span>
        </label>
      ))}
    </fieldset>
  );
}
