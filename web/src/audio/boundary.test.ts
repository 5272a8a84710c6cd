import { describe, expect, it } from "vitest";
import { aside, entryAt, frameInLoop, nextBoundary, quarterFrom, swapTiming } from "./boundary";

describe("nextBoundary", () => {
  const lane = { origin: 1000, length: 400 };

  it("is the lane's own start before it begins", () => {
    expect(nextBoundary(lane, 10)).toBe(1000);
  });

  it("lies strictly ahead, on the loop's grid", () => {
    expect(nextBoundary(lane, 1000)).toBe(1400);
    expect(nextBoundary(lane, 1399)).toBe(1400);
    expect(nextBoundary(lane, 1400)).toBe(1800);
    expect(nextBoundary(lane, 1000 + 400 * 1e6 + 1)).toBe(1000 + 400 * 1e6 + 400);
  });
});

describe("frameInLoop", () => {
  it("wraps, before the origin too", () => {
    const lane = { origin: 1000, length: 400 };
    expect(frameInLoop(lane, 1000)).toBe(0);
    expect(frameInLoop(lane, 1799)).toBe(399);
    expect(frameInLoop(lane, 970)).toBe(370);
  });
});

describe("aside", () => {
  it("is the shorter way from the nearest boundary", () => {
    const lane = { origin: 1000, length: 400 };
    expect(aside(1000 + 400 * 7, lane)).toBe(0);
    expect(aside(1830, lane)).toBe(30);
    expect(aside(-30, lane)).toBe(170);
    expect(aside(970, lane)).toBe(-30);
  });
});

describe("entryAt", () => {
  const grid = { origin: 1000, length: 400 };

  it("is the boundary where no place is asked for", () => {
    expect(entryAt(1234, null, 50)).toEqual({ at: 1234, origin: 1234 });
  });

  it("is the grid's own boundary where that is near", () => {
    expect(entryAt(1830, grid, 50)).toEqual({ at: 1800, origin: 1800 });
    expect(entryAt(1770, grid, 50)).toEqual({ at: 1800, origin: 1800 });
  });

  it("lies in the middle of a loop else, at its place", () => {
    const { at, origin } = entryAt(1900, grid, 50);
    expect(at).toBe(1900);
    expect(origin).toBe(1800);
    expect(entryAt(100, grid, 50)).toEqual({ at: 100, origin: -200 });
  });
});

describe("quarterFrom", () => {
  it("is a quarter of the loop, now or later", () => {
    const lane = { origin: 1000, length: 402 };
    expect(quarterFrom(lane, 4, 1000)).toBe(1000);
    expect(quarterFrom(lane, 4, 1001)).toBe(Math.round(1100.5));
    expect(quarterFrom(lane, 4, 1000 + 402 * 9 + 300)).toBe(Math.round(1000 + 402 * 9 + 301.5));
    expect(quarterFrom(lane, 3.5, 1400)).toBe(Math.round(1000 + (4 * 402) / 3.5));
    expect(quarterFrom(lane, 4, 20)).toBe(Math.round(1000 - 9 * 100.5));
  });
});

describe("swapTiming", () => {
  it("pulls 0.45 s ahead and takes loops until 0.07 s ahead of a 4 s loop's end", () => {
    const timing = swapTiming(44100, 176400, { fade: 0.03, lead: 0.45 });
    expect(timing.pull / 44100).toBeCloseTo(0.45, 3);
    expect(timing.tooLate / 44100).toBeCloseTo(0.07, 3);
    expect(timing.fade).toBe(1323);
  });

  it("keeps its order for any loop that can be swapped", () => {
    for (const length of [8820, 22050, 176400]) {
      const { pull, tooLate, fade } = swapTiming(44100, length, { fade: 0.05, lead: 0.45 });
      expect(pull).toBeLessThan(length);
      expect(pull).toBeGreaterThanOrEqual(tooLate);
      expect(tooLate).toBeGreaterThan(fade);
    }
  });
});
