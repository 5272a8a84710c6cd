import { describe, expect, it } from "vitest";
import { loudest } from "./leader";

describe("loudest", () => {
  const decks = [{ number: 0 }, { number: 1 }, { number: 3 }];

  it("is the deck that is shown while none is louder", () => {
    expect(loudest(decks, [0.5, 0.5, 0, 0.5], decks[1])).toBe(decks[1]);
    expect(loudest(decks, [0, 0, 0, 0], decks[2])).toBe(decks[2]);
  });

  it("is another one while that is prepared in silence", () => {
    expect(loudest(decks, [1, 0, 0, 0], decks[1])).toBe(decks[0]);
    expect(loudest(decks, [0.2, 0.1, 0, 0.7], decks[0])).toBe(decks[2]);
  });
});
