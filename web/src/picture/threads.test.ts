import { describe, expect, it } from "vitest";
import type { LayerShape } from "../messages";
import { heat } from "./palette";
import { colourOf, threadsOf } from "./threads";

const LAYERS: LayerShape[] = [
  { name: "scalogram", channels: 1, pitches: 4, frames: 8, offset: 0, hears: null },
  { name: "middle", channels: 2, pitches: 3, frames: 4, offset: 4, hears: 1 },
  { name: "deep", channels: 5, pitches: 1, frames: 2, offset: 10, hears: 2 },
];

describe("threadsOf", () => {
  it("runs from what is heard first to what hears it, the strongest brightest", () => {
    const threads = threadsOf(6, LAYERS, [12, 1], [4, 1]);
    expect(threads.map(({ from, to }) => [from, to])).toEqual([
      [6, 12],
      [1, 6],
    ]);
    expect(threads[0].strength).toBe(1);
    expect(threads[1].strength).toBeGreaterThan(0.1);
    expect(threads[1].strength).toBeLessThan(0.5);
  });
});

describe("colourOf", () => {
  it("is that of the neuron's layer", () => {
    expect(colourOf(LAYERS, 3)).toEqual(colourOf(LAYERS, 0));
    expect(colourOf(LAYERS, 4)).not.toEqual(colourOf(LAYERS, 3));
    expect(colourOf(LAYERS, 14)).toEqual(colourOf(LAYERS, 10));
  });
});

describe("heat", () => {
  it("grows brighter with the activation", () => {
    const light = [0, 0.25, 0.5, 0.75, 1].map((value) => heat(value).reduce((a, b) => a + b));
    expect([...light].sort((a, b) => a - b)).toEqual(light);
  });
});
