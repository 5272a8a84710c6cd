import { describe, expect, it } from "vitest";
import { frequencyTicks } from "./axis";

const bins = Array.from({ length: 216 }, (_, i) => 40 * 2 ** (i / 24));

describe("frequencyTicks", () => {
  it("puts octaves where their bins are", () => {
    const ticks = frequencyTicks(bins, 400);
    const at = ticks.find(({ label }) => label === "1\u00a0k")?.at ?? 0;
    expect(at).toBeCloseTo((24 * Math.log2(1000 / 40) + 0.5) / 216, 6);
    expect(ticks.map(({ label }) => label)).toContain("125");
    expect(ticks[ticks.length - 1].label).toMatch(/k?Hz$/);
    expect(ticks.every(({ at }) => at > 0 && at < 1)).toBe(true);
  });

  it("leaves out what has no room", () => {
    expect(frequencyTicks(bins, 60).length).toBeLessThan(frequencyTicks(bins, 400).length);
    expect(frequencyTicks([], 400)).toEqual([]);
  });
});
