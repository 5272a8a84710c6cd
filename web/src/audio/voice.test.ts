import { describe, expect, it } from "vitest";
import { heard, otherPilot } from "./voice";

const voice = { samples: Float32Array.from([0, 1, 2, 3, 4]), origin: 100, length: 5 };

describe("heard", () => {
  it("runs round the loop's seam", () => {
    expect([...heard(voice, 103, 4)]).toEqual([3, 4, 0, 1]);
  });

  it("knows what a loop would have sounded like before it began", () => {
    expect([...heard(voice, 98, 3)]).toEqual([3, 4, 0]);
  });
});

describe("otherPilot", () => {
  it("never gives two voices in a row the same level, nor silence", () => {
    let pilot = otherPilot(undefined);
    for (let i = 0; i < 5; i++) {
      const next = otherPilot(pilot);
      expect(Math.abs(next - pilot)).toBeGreaterThan(0.1);
      expect(next).toBeGreaterThan(0);
      pilot = next;
    }
  });
});
