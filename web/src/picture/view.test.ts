import { describe, expect, it } from "vitest";
import { bounds, fit, HOME, nearest, zoomAt } from "./view";

const square = { left: -1, right: 1, bottom: -1, top: 1 };
const positions = [-1, -1, 1, 1, 0, 0];

describe("bounds", () => {
  it("encloses all vertices, and is the square when there are none", () => {
    expect(bounds([0.5, -0.25, -0.5, 0.75])).toEqual({
      left: -0.5,
      right: 0.5,
      bottom: -0.25,
      top: 0.75,
    });
    expect(bounds([])).toEqual(square);
  });
});

describe("fit", () => {
  it("keeps everything inside, centred, on any canvas", () => {
    for (const [width, height] of [
      [900, 500],
      [500, 900],
      [2000, 300],
    ]) {
      const view = fit({ left: 0, right: 1, bottom: -1, top: 1 }, width, height, HOME);
      expect(0.5 * view.scaleX + view.shiftX).toBeCloseTo(0);
      expect(Math.abs(view.scaleX + view.shiftX)).toBeLessThan(1);
      expect(Math.abs(view.scaleY + view.shiftY)).toBeLessThan(1);
    }
  });
});

describe("zoomAt", () => {
  it("keeps the point under the pointer and comes home at the end", () => {
    const closer = zoomAt(HOME, 2, 0.5, -0.25);
    const before = fit(square, 800, 800, HOME);
    const after = fit(square, 800, 800, closer);
    const x = (0.5 - before.shiftX) / before.scaleX;
    expect(x * after.scaleX + after.shiftX).toBeCloseTo(0.5);
    expect(zoomAt(closer, 0.1, 0, 0)).toEqual(HOME);
  });
});

describe("nearest", () => {
  it("finds the vertex under the pointer, and none far from all", () => {
    const size = { width: 400, height: 400 };
    const view = fit(square, 400, 400, HOME);
    expect(nearest(positions, view, { x: 0.02, y: 0 }, size, 20)).toBe(2);
    expect(nearest(positions, view, { x: -0.94, y: -0.94 }, size, 20)).toBe(0);
    expect(nearest(positions, view, { x: 0.5, y: 0 }, size, 20)).toBe(-1);
  });
});
