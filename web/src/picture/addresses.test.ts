import { describe, expect, it } from "vitest";
import { addresses, neuronAt, neurons, textureRows } from "./addresses";

const layers = [
  { name: "scalogram", channels: 1, pitches: 3, frames: 4, offset: 0, hears: null },
  { name: "deep", channels: 2, pitches: 2, frames: 2, offset: 3, hears: null },
];
const blocks = [
  { name: "scalogram", frames: 4, neurons: 3, at: 0 },
  { name: "deep", frames: 2, neurons: 4, at: 12 },
];

describe("addresses", () => {
  it("gives each neuron its own row of its layer's block", () => {
    const flat = [0, 4, 4, 4, 8, 4, 12, 2, 14, 2, 16, 2, 18, 2];
    expect([...addresses(layers, blocks)]).toEqual(flat);
  });

  it("leaves neurons dark that the loop does not hold", () => {
    const other = [blocks[0], { ...blocks[1], neurons: 5 }];
    expect([...addresses(layers, other)].slice(6)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...addresses(layers, [])].every((x) => x === 0)).toBe(true);
  });
});

describe("neuronAt", () => {
  it("counts channel-major within a layer", () => {
    expect(neuronAt(layers, 1)).toMatchObject({ channel: 0, pitch: 1 });
    expect(neuronAt(layers, 5)).toMatchObject({ layer: layers[1], channel: 1, pitch: 0 });
    expect(neuronAt(layers, neurons(layers))).toBeNull();
  });
});

describe("textureRows", () => {
  it("holds every byte", () => {
    expect([0, 1, 4096, 4097].map((n) => textureRows(n, 4096))).toEqual([1, 1, 1, 2]);
  });
});
