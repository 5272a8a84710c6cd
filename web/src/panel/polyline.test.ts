import { describe, expect, it } from "vitest";
import { HEIGHT, polyline, WIDTH } from "./polyline";

function points(history: [number, number][]) {
  return polyline(history)
    .split(" ")
    .map((point) => point.split(",").map(Number));
}

describe("polyline", () => {
  it("goes from the first step to the last, zero at the bottom", () => {
    const [first, middle, last] = points([
      [10, 0],
      [20, 1],
      [30, 2],
    ]);
    expect(first).toEqual([0, HEIGHT]);
    expect(middle[0]).toBe(WIDTH / 2);
    expect(last[0]).toBe(WIDTH);
    expect(last[1]).toBeGreaterThan(0);
    expect(last[1]).toBeLessThan(middle[1]);
  });

  it("stays inside whatever the values", () => {
    for (const values of [
      [-3, -1, -2],
      [0, 0, 0],
      [5, 5, 5],
      [-1, 40, 3],
    ]) {
      const all = points(values.map((value, step) => [step, value]));
      for (const [x, y] of all) {
        expect(x >= 0 && x <= WIDTH).toBe(true);
        expect(y >= 0 && y <= HEIGHT).toBe(true);
      }
    }
  });
});
