import { describe, expect, it } from "vitest";
import { between, bounds, byKey, HOME, moved, nearest, viewOf, zoomAt } from "./view";

const none = { left: 0, right: 0, top: 0, bottom: 0 };
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

describe("viewOf", () => {
  it("keeps everything inside the inset, centred in what is left, on any canvas", () => {
    const inset = { left: 100, right: 20, top: 10, bottom: 30 };
    for (const [width, height] of [
      [900, 500],
      [500, 900],
      [2000, 300],
    ]) {
      const box = { left: 0, right: 1, bottom: -1, top: 1 };
      const view = viewOf(box, { width, height }, inset, HOME, 2.2);
      const toX = (x: number) => ((x * view.scaleX + view.shiftX + 1) / 2) * width;
      const toY = (y: number) => ((1 - y * view.scaleY - view.shiftY) / 2) * height;
      expect(toX(0.5)).toBeCloseTo((100 + width - 20) / 2);
      expect(toY(0)).toBeCloseTo((10 + height - 30) / 2);
      expect(toX(0)).toBeGreaterThanOrEqual(100 - 1e-6);
      expect(toX(1)).toBeLessThanOrEqual(width - 20 + 1e-6);
      expect(toY(1)).toBeGreaterThanOrEqual(10 - 1e-6);
      expect(toY(-1)).toBeLessThanOrEqual(height - 30 + 1e-6);
    }
  });
});

describe("viewOf without stretching", () => {
  it("keeps the aspect ratio, and fills one direction", () => {
    const box = { left: -1, right: 1, bottom: -0.5, top: 0.5 };
    for (const [width, height] of [
      [900, 300],
      [300, 900],
    ]) {
      const { scaleX, scaleY } = viewOf(box, { width, height }, none, HOME, 1);
      expect(scaleX * width).toBeCloseTo(scaleY * height);
      expect(Math.max(scaleX, scaleY / 2)).toBeCloseTo(1);
    }
  });
});

describe("between", () => {
  it("goes from one view to another", () => {
    const from = viewOf(square, { width: 800, height: 400 }, none, HOME, 2);
    const to = viewOf(square, { width: 800, height: 400 }, none, HOME, 1);
    expect(between(from, to, 0)).toEqual(from);
    expect(between(from, to, 1)).toEqual(to);
    expect(between(from, to, 0.5).scaleX).toBeCloseTo((from.scaleX + to.scaleX) / 2);
  });
});

describe("zoomAt", () => {
  it("keeps the point under the pointer and comes home at the end", () => {
    const closer = zoomAt(HOME, 2, 0.5, -0.25);
    const before = viewOf(square, { width: 800, height: 800 }, none, HOME, 1);
    const after = viewOf(square, { width: 800, height: 800 }, none, closer, 1);
    const x = (0.5 - before.shiftX) / before.scaleX;
    expect(x * after.scaleX + after.shiftX).toBeCloseTo(0.5);
    expect(zoomAt(closer, 0.1, 0, 0)).toEqual(HOME);
  });
});

describe("nearest", () => {
  it("finds the vertex under the pointer, and none far from all", () => {
    const size = { width: 400, height: 400 };
    const view = viewOf(square, size, none, HOME, 1);
    expect(nearest(positions, view, { x: 0.02, y: 0 }, size, 20)).toBe(2);
    expect(nearest(positions, view, { x: -0.99, y: -0.99 }, size, 20)).toBe(0);
    expect(nearest(positions, view, { x: 0.5, y: 0 }, size, 20)).toBe(-1);
  });
});

describe("byKey", () => {
  it("zooms and comes home, and moves only what is zoomed", () => {
    const near = byKey(HOME, "+");
    expect(near?.zoom).toBeGreaterThan(1.3);
    if (!near) throw new Error("no camera");
    expect(byKey(near, "ArrowRight")?.x).toBeLessThan(near.x);
    expect(byKey(near, "ArrowUp")?.y).toBeLessThan(near.y);
    expect(byKey(near, "-")).toEqual(HOME);
    expect(byKey(near, "0")).toEqual(HOME);
    expect(byKey(HOME, "ArrowLeft")).toEqual(HOME);
    expect(byKey(HOME, "x")).toBeNull();
  });
});

describe("moved", () => {
  it("never leaves the network behind", () => {
    let camera = { zoom: 2, x: 0, y: 0 };
    for (let i = 0; i < 50; i++) camera = moved(camera, 0.3, -0.3);
    expect(camera).toEqual({ zoom: 2, x: 2, y: -2 });
  });
});
