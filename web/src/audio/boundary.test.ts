import { describe, expect, it } from "vitest";
import { frameInLoop, nextBoundary, swapTiming } from "./boundary";

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
