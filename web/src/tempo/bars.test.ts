import { describe, expect, it } from "vitest";
import { loopSeconds, possibleBars } from "./bars";
import table from "./bars.table.json";

describe("possibleBars", () => {
  it("agrees with the server's, which reads the same table", () => {
    expect(table.length).toBeGreaterThan(20);
    for (const { bpm, beats, unit, bars } of table)
      expect(possibleBars(bpm, beats, unit)).toEqual(bars);
  });

  it("offers what lasts 1 to 16 s", () => {
    expect(loopSeconds(120, 2, 4, 4)).toBe(4);
    expect(loopSeconds(90, 1, 7, 8)).toBeCloseTo(7 / 3);
    expect(possibleBars(120, 4, 4)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(possibleBars(20, 16, 4)).toEqual([]);
  });
});
