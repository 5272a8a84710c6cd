import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatClock,
  formatNumber,
  formatSize,
  formatValue,
  hearsMore,
  labelOf,
} from "./format";

describe("format", () => {
  it("shows three digits, whatever the size", () => {
    expect([0, 8, 0.1, 0.12345, 2.34567, 1234.5, -0.5, 0.00012].map(formatNumber)).toEqual([
      "0",
      "8",
      "0.1",
      "0.123",
      "2.35",
      "1235",
      "-0.5",
      "1.2e-4",
    ]);
    expect(formatValue(0.5, "s")).toBe("0.5\u00a0s");
    expect(formatValue(2, "")).toBe("2");
  });

  it("says when a layer hears more than the loop", () => {
    expect(hearsMore(null, 4)).toBe("");
    expect(hearsMore(4, 4)).toBe("");
    expect(hearsMore(6.2, 4)).toBe("hears 6.2\u00a0s, more than the loop's 4.0\u00a0s");
  });

  it("tells clocks and sizes", () => {
    expect([0.9, 7.2, 754, 3723].map(formatClock)).toEqual(["0:00", "0:07", "12:34", "1:02:03"]);
    expect([4e5, 1.24e7, 1.23e9].map(formatSize)).toEqual([
      "0.4\u00a0MB",
      "12\u00a0MB",
      "1.2\u00a0GB",
    ]);
  });

  it("tells ages and labels", () => {
    expect([0.84, 12.3, 200].map(formatAge)).toEqual(["0.8\u00a0s", "12\u00a0s", "3\u00a0min"]);
    expect(labelOf({ label: "", name: "time_shift" })).toBe("Time shift");
    expect(labelOf({ label: "mix", name: "x" })).toBe("Mix");
  });
});
