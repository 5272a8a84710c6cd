import { describe, expect, it } from "vitest";
import { boxOf, isInside, neuronsIn } from "./area";

const AS_IT_IS = { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 };

describe("neuronsIn", () => {
  it("finds what lies in a box, drawn in any direction", () => {
    const places = [0, 0, 0.5, 0.5, -0.5, 0.5, 0.9, 0.9];
    const [a, b] = [
      { x: 0.6, y: -0.1 },
      { x: -0.1, y: 0.6 },
    ];
    expect([...neuronsIn(places, AS_IT_IS, boxOf(a, b))]).toEqual([1, 1, 0, 0]);
    expect([...neuronsIn(places, AS_IT_IS, boxOf(b, a))]).toEqual([1, 1, 0, 0]);
  });

  it("sees them where the view puts them", () => {
    const view = { scaleX: 2, scaleY: 1, shiftX: 0.5, shiftY: 0 };
    const box = boxOf({ x: 0.4, y: -0.1 }, { x: 0.6, y: 0.1 });
    expect([...neuronsIn([0, 0, 0.5, 0], view, box)]).toEqual([1, 0]);
  });
});

describe("isInside", () => {
  it("follows a line that bends inwards", () => {
    const horseshoe = [
      { x: -1, y: -1 },
      { x: 1, y: -1 },
      { x: 1, y: 1 },
      { x: 0.5, y: 1 },
      { x: 0.5, y: -0.5 },
      { x: -0.5, y: -0.5 },
      { x: -0.5, y: 1 },
      { x: -1, y: 1 },
    ];
    expect(isInside({ x: -0.7, y: 0 }, horseshoe)).toBe(true);
    expect(isInside({ x: 0, y: 0 }, horseshoe)).toBe(false);
    expect(isInside({ x: 0, y: -0.8 }, horseshoe)).toBe(true);
    expect(isInside({ x: 0, y: 0 }, [])).toBe(false);
  });
});
