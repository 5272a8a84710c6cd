import { describe, expect, it } from "vitest";
import { describeUnits, faderStep, fraction, units } from "./range";
import table from "./range.cases.json";

describe("units", () => {
  it("selects one unit with span zero, the last one at the end", () => {
    expect(units([0, 0], 8)).toEqual([0, 1]);
    expect(units([1, 0], 8)).toEqual([7, 8]);
    expect(units([0.5, 0], 8)).toEqual([4, 5]);
  });

  it("is the server's rule", () => {
    for (const [position, span, count, start, end] of table.cases)
      expect(units([position, span], count)).toEqual([start, end]);
  });

  it("selects everything with span one wherever the position is", () => {
    for (const position of [0, 0.4, 1]) expect(units([position, 1], 13)).toEqual([0, 13]);
  });

  it("never selects nothing and never leaves the axis", () => {
    for (const count of [1, 2, 3, 17, 512])
      for (let p = 0; p <= 1; p += 0.05)
        for (let s = 0; s <= 1; s += 0.05) {
          const [start, end] = units([p, s], count);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(count);
        }
  });
});

describe("fraction", () => {
  it("is undone by units", () => {
    for (const count of [1, 2, 5, 64, 216])
      for (let start = 0; start < count; start++)
        for (const end of [start + 1, Math.min(count, start + 3), count]) {
          const pair = fraction(start, end, count);
          expect(units(pair, count), `${start}:${end} of ${count} as ${pair}`).toEqual([
            start,
            end,
          ]);
          expect(Math.max(...pair)).toBeLessThanOrEqual(1);
        }
  });
});

describe("describeUnits", () => {
  it("reads like a sentence", () => {
    expect(describeUnits([0, 1], 8)).toBe("all 8");
    expect(describeUnits([1, 0], 8)).toBe("7 of 8");
    expect(describeUnits([0, 0.25], 8)).toBe("0–2 of 8");
    expect(describeUnits([0, 0], 1)).toBe("the only one");
  });
});

describe("faderStep", () => {
  it("lets every unit be reached, by position and by span", () => {
    for (const count of [1, 7, 250, 512, 1024]) {
      const step = faderStep(count);
      const [single, wide] = [new Set<number>(), new Set<number>()];
      for (let move = 0; move * step <= 1 + 1e-9; move++) {
        single.add(units([Math.min(1, move * step), 0], count)[0]);
        wide.add(units([0, Math.min(1, move * step)], count)[1]);
      }
      expect([single.size, wide.size], `${count} units`).toEqual([count, count]);
    }
  });
});
