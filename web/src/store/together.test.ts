import { describe, expect, it } from "vitest";
import type { Voice } from "../audio/voice";
import { together } from "./together";

function deck(number: number, present?: [number, number], next?: [number, number]) {
  const voice = ([origin, length]: [number, number]) => ({ origin, length }) as Voice;
  const led = present ? { present: voice(present), next: next ? voice(next) : null } : null;
  return { number, player: { led } };
}

describe("together", () => {
  it("is the lane of the first deck that plays, and what follows there", () => {
    const decks = [deck(0), deck(1, [500, 1000]), deck(2, [700, 1000])];
    expect(together(decks, 2, 1000)).toEqual({ origin: 500, length: 1000 });
    expect(together([deck(0, [0, 900], [900, 1000]), deck(1)], 1, 1000)).toEqual({
      origin: 900,
      length: 1000,
    });
  });

  it("is none for the first deck, and while that plays in another tempo", () => {
    expect(together([deck(0, [0, 1000]), deck(1, [5, 1000])], 0, 1000)).toBe(null);
    expect(together([deck(0, [0, 1000])], 1, 1200)).toBe(null);
    expect(together([deck(0), deck(1)], 1, 1200)).toBe(null);
  });

  it("takes lengths that were rounded differently for one", () => {
    expect(together([deck(0, [0, 1000])], 1, 1001)).toEqual({ origin: 0, length: 1000 });
  });
});
