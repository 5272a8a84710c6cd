import { describe, expect, it } from "vitest";
import { crossfadeLevel } from "./levels";

describe("crossfadeLevel", () => {
  it("keeps the power of two sides constant", () => {
    for (let x = 0; x <= 1; x += 0.05) {
      const [a, b] = [crossfadeLevel(0, x), crossfadeLevel(1, x)];
      expect(a * a + b * b).toBeCloseTo(1, 9);
    }
  });

  it("has A and C on one end, B and D on the other", () => {
    expect([0, 1, 2, 3].map((deck) => crossfadeLevel(deck, 0))).toEqual([1, 0, 1, 0]);
    expect(crossfadeLevel(0, 1)).toBeCloseTo(0, 9);
    expect(crossfadeLevel(3, 1)).toBe(1);
  });
});
