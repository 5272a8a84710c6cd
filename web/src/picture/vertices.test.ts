import { describe, expect, it } from "vitest";
import { spacing, vertexBytes } from "./vertices";

describe("spacing", () => {
  it("is the distance of neighbours on a grid, and somewhat more on a line", () => {
    const grid = new Float32Array(2 * 400);
    for (let i = 0; i < 400; i++) grid.set([(i % 20) * 0.01, Math.floor(i / 20) * 0.01], 2 * i);
    expect(spacing(grid)).toBeCloseTo(0.01, 2);
    const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.3 : 0.005 * i));
    expect(spacing(line) / 0.0099).toBeGreaterThan(1);
    expect(spacing(line) / 0.0099).toBeLessThan(2);
  });

  it("is finite for one neuron and for none", () => {
    expect(spacing(new Float32Array([0.5, 0.5]))).toBeGreaterThan(0);
    expect(spacing(new Float32Array())).toBe(0);
  });
});

describe("vertexBytes", () => {
  it("holds position, spacing and the layer's colour", () => {
    const layers = [
      { name: "a", channels: 1, pitches: 1, frames: 2, offset: 0, hears: null },
      { name: "b", channels: 1, pitches: 2, frames: 2, offset: 1, hears: null },
    ];
    const bytes = vertexBytes(layers, new Float32Array([0, 0.5, -1, 0, 1, 0]));
    expect(bytes.byteLength).toBe(48);
    const apart = spacing(new Float32Array([-1, 0, 1, 0]));
    expect([...new Float32Array(bytes, 16, 3)]).toEqual([-1, 0, Math.fround(apart)]);
    const colour = (vertex: number) => [...new Uint8Array(bytes, 16 * vertex + 12, 3)];
    expect(colour(1)).toEqual(colour(2));
    expect(colour(0)).not.toEqual(colour(1));
  });
});
