import { describe, expect, it } from "vitest";
import { nextRound, PULSES, pulses } from "./pulses";

const loop = { origin: 1000, alone: 1000, length: 176_399, quarters: 8 };

describe("pulses", () => {
  it("come 24 times a quarter, from the loop's beginning on", () => {
    const found = pulses(loop, null, loop.origin, loop.origin + loop.length);
    expect(found.length).toBe(8 * PULSES);
    expect(found[0]).toBe(loop.origin);
    for (let n = 1; n < found.length; n++)
      expect(found[n] - found[n - 1]).toBeCloseTo(loop.length / (8 * PULSES), 6);
  });

  it("are in one of two windows that join, and in no more", () => {
    const edges = [500, 1000, 1918, 1918.75, 9000, 177_399, 200_000];
    const pieces = edges.slice(1).flatMap((edge, n) => pulses(loop, null, edges[n], edge));
    expect(pieces).toEqual(pulses(loop, null, edges[0], 200_000));
  });

  it("follow the next loop from the boundary on", () => {
    const origin = loop.origin + loop.length;
    const next = { origin, alone: origin, length: 88_200, quarters: 8 };
    const found = pulses(loop, next, loop.origin, next.origin + next.length);
    expect(found.length).toBe(16 * PULSES);
    expect(found[8 * PULSES]).toBe(next.origin);
    expect(found[8 * PULSES + 1] - next.origin).toBeCloseTo(88_200 / 192, 6);
    expect(pulses(loop, next, next.origin + 10, next.origin + 500)).toHaveLength(1);
  });

  it("are counted in whole numbers for any metre", () => {
    expect(pulses({ ...loop, quarters: 3.5 }, null, 1000, 177_399)).toHaveLength(84);
    expect(pulses(loop, null, 500, 400)).toEqual([]);
  });
});

describe("nextRound", () => {
  it("is the beginning itself or the one after", () => {
    expect(nextRound(loop, 1000)).toBe(1000);
    expect(nextRound(loop, 1001)).toBe(177_399);
    expect(nextRound(loop, 10)).toBe(1000);
  });
});
