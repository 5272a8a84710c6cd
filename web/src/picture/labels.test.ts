import { describe, expect, it } from "vitest";
import { column, spread } from "./labels";

describe("spread", () => {
  it("leaves alone what has room", () => {
    expect(spread([80, 10, 40], 12, 100)).toEqual([80, 10, 40]);
  });

  it("moves crowded labels apart and keeps their order and the limits", () => {
    const out = spread([96, 98, 10, 11, 12], 12, 100);
    const sorted = [...out].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++)
      expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(12);
    expect(out[0]).toBeLessThan(out[1]);
    expect(out[2]).toBeLessThan(out[3]);
    expect(Math.max(...out)).toBeLessThanOrEqual(94);
    expect(Math.min(...out)).toBeGreaterThanOrEqual(6);
  });
});

describe("column", () => {
  it("stacks labels upwards in the middle, closer where there is little room", () => {
    expect(column(3, 10, 100)).toEqual([60, 50, 40]);
    const crowded = column(50, 10, 100);
    expect(Math.max(...crowded)).toBeLessThan(100);
    expect(Math.min(...crowded)).toBeGreaterThan(0);
    expect(column(0, 10, 100)).toEqual([]);
  });
});
