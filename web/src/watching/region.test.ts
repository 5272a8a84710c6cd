import { describe, expect, it } from "vitest";
import { regionOf, viewOfRegion } from "./region";

const view = { scaleX: 0.5, scaleY: 0.9, shiftX: 0.2, shiftY: -0.1 };
const size = { width: 900, height: 500 };

describe("a region", () => {
  it("gives the same view on a canvas of the same size", () => {
    const again = viewOfRegion(regionOf(view, size), size);
    for (const key of ["scaleX", "scaleY", "shiftX", "shiftY"] as const)
      expect(again[key]).toBeCloseTo(view[key], 12);
  });

  it("is seen as a whole, centred and in its proportions in any window", () => {
    const seen = regionOf(view, size);
    for (const other of [
      { width: 1920, height: 1080 },
      { width: 500, height: 900 },
    ]) {
      const shown = regionOf(viewOfRegion(seen, other), other);
      expect(shown.stretch).toBeCloseTo(seen.stretch, 12);
      expect(shown.region[0]).toBeCloseTo(seen.region[0], 12);
      expect(shown.region[1]).toBeCloseTo(seen.region[1], 12);
      expect(shown.region[2]).toBeGreaterThanOrEqual(seen.region[2] - 1e-9);
      expect(shown.region[3]).toBeGreaterThanOrEqual(seen.region[3] - 1e-9);
      expect(
        Math.min(shown.region[2] / seen.region[2], shown.region[3] / seen.region[3]),
      ).toBeCloseTo(1, 9);
    }
  });
});
