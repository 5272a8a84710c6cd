import { describe, expect, it } from "vitest";
import { gridSpacings, localSpacings, origin, spacing, vertexBytes } from "./vertices";

const square = new Float32Array(2 * 400);
for (let i = 0; i < 400; i++) square.set([(i % 20) * 0.01, Math.floor(i / 20) * 0.01], 2 * i);

const layers = [
  { name: "a", channels: 1, pitches: 1, frames: 2, offset: 0, hears: null },
  { name: "b", channels: 1, pitches: 2, frames: 2, offset: 1, hears: null },
];

describe("spacing", () => {
  it("is the distance of neighbours on a grid, and somewhat more on a line", () => {
    expect(spacing(square)).toBeCloseTo(0.01, 2);
    const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.3 : 0.005 * i));
    expect(spacing(line) / 0.0099).toBeGreaterThan(1);
    expect(spacing(line) / 0.0099).toBeLessThan(2);
  });

  it("is finite for one neuron and for none", () => {
    expect(spacing(new Float32Array([0.5, 0.5]))).toBeGreaterThan(0);
    expect(spacing(new Float32Array())).toBe(0);
  });

  it("is each layer's own on a grid", () => {
    const found = gridSpacings(layers, new Float32Array([0, 0.5, -1, 0, 1, 0]));
    expect(found[1]).toBe(found[2]);
    expect(found[1]).toBeGreaterThan(found[0]);
  });
});

describe("localSpacings", () => {
  it("is the distance of neighbours inside an even crowd", () => {
    const found = localSpacings(square);
    expect(found[210] / 0.01).toBeGreaterThan(0.8);
    expect(found[210] / 0.01).toBeLessThan(1.25);
  });

  it("is larger where there is more room, but not for one alone", () => {
    // A crowd, as many in four times the room, and one far from all.
    const sparse = square.map((x, i) => 2 * x + (i % 2 ? 0 : 1));
    const found = localSpacings(new Float32Array([...square, ...sparse, 3, 3]));
    const ratio = found[610] / found[210];
    expect(ratio).toBeGreaterThan(1.5);
    expect(ratio).toBeLessThan(2.5);
    const median = found.toSorted()[400];
    expect(found[800]).toBeLessThanOrEqual(2.3 * median);
  });

  it("is finite for vertices in one place and for none", () => {
    expect(localSpacings(new Float32Array(20)).every(Number.isFinite)).toBe(true);
    expect(localSpacings(new Float32Array(20))[0]).toBeGreaterThan(0);
    expect(localSpacings(new Float32Array())).toHaveLength(0);
  });
});

describe("origin", () => {
  it("holds places and spacings", () => {
    const found = origin(new Float32Array([1, 2, 3, 4]), new Float32Array([0.5, 0.25]));
    expect([...found]).toEqual([1, 2, 0.5, 3, 4, 0.25]);
  });
});

describe("vertexBytes", () => {
  it("holds spacing and the layer's colour", () => {
    const bytes = vertexBytes(layers, new Float32Array([0.5, 0.25, 0.125]));
    expect(bytes.byteLength).toBe(24);
    expect(new Float32Array(bytes, 8, 1)[0]).toBe(0.25);
    const colour = (vertex: number) => [...new Uint8Array(bytes, 8 * vertex + 4, 3)];
    expect(colour(1)).toEqual(colour(2));
    expect(colour(0)).not.toEqual(colour(1));
  });
});
