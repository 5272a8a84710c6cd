import { expect, it } from "vitest";
import { joined } from "./reports";

it("adds what was counted and keeps the highest peak with its place", () => {
  const one = { gaps: 1, jumps: 0, broken: 2, peak: 0.5, peakFrame: 7 };
  const other = { gaps: 2, jumps: 3, broken: 0, peak: 0.9, peakFrame: 11 };
  expect(joined([one, other])).toEqual({ gaps: 3, jumps: 3, broken: 2, peak: 0.9, peakFrame: 11 });
});
