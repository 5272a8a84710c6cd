import { describe, expect, it } from "vitest";
import type { LayerShape, Range } from "../messages";
import { wholeLayer } from "../range";
import { type Chosen, combined, inverse, type Mode } from "./combine";
import { around, piecesOf, rangesOf, size } from "./pieces";

const LAYERS: LayerShape[] = [
  { name: "low", channels: 2, pitches: 6, frames: 8, offset: 0, hears: 1 },
  { name: "high", channels: 9, pitches: 3, frames: 4, offset: 12, hears: 2 },
];
const ALL = 12 + 27;
const OF = { low: 8, high: 4 };

function chosen(which: Iterable<number>, time: [number, number] = [0, 1], weight = 1): Chosen {
  const neurons = new Uint8Array(ALL);
  for (const neuron of which) neurons[neuron] = 1;
  return { neurons, time, weight };
}

function outcome(mode: Mode, ranges: Range[], what: Chosen): Range[] {
  return rangesOf(combined(mode, LAYERS, piecesOf(LAYERS, ranges), what)).ranges;
}

/** Every neuron at every frame that ranges say, as "neuron:frame", sorted. */
function said(ranges: readonly Range[]): string[] {
  const found = new Set<string>();
  for (const piece of piecesOf(LAYERS, ranges)) {
    const frames = OF[piece.layer.name as keyof typeof OF];
    const from = Math.floor(piece.time[0] * (1 - piece.time[1]) * frames);
    const to = Math.min(frames, Math.floor(from + piece.time[1] * frames + 1));
    piece.neurons.forEach((set, neuron) => {
      if (set)
        for (let frame = from; frame < to; frame++)
          found.add(`${piece.layer.offset + neuron}:${frame}`);
    });
  }
  return [...found].sort();
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function some(next: () => number, share: number): number[] {
  return Array.from({ length: ALL }, (_, i) => i).filter(() => next() < share);
}

describe("combined", () => {
  it("replaces by exactly what was chosen, a piece for each layer", () => {
    const ranges = outcome("replace", [wholeLayer("low")], chosen([0, 5, 12, 15, 18]));
    expect(said(ranges).length).toBe(2 * 8 + 3 * 4);
    expect(piecesOf(LAYERS, ranges).map(({ layer }) => layer.name)).toEqual(["low", "high"]);
    // Three channels at the lowest pitch: one rectangle.
    expect(ranges.filter(({ layer }) => layer === "high")).toHaveLength(1);
  });

  it("restores by adding what was subtracted, whatever it was", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed);
      const before = outcome("replace", [], chosen(some(next, 0.5)));
      const inside = new Set(
        said(before)
          .map((each) => Number(each.split(":")[0]))
          .filter(() => next() < 0.4),
      );
      const time: [number, number] = next() < 0.5 ? [0, 1] : [0.5, 0.3];
      const taken = outcome("subtract", before, chosen(inside, time));
      for (const each of said(taken)) expect(said(before)).toContain(each);
      expect(said(outcome("add", taken, chosen(inside, time)))).toEqual(said(before));
    }
  });

  it("inverts what is touched: twice is nothing", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed);
      const before = outcome("replace", [], chosen(some(next, 0.5)));
      const touched = some(next, 0.4);
      const once = outcome("invert", before, chosen(touched));
      const were = new Set(said(before));
      const all = touched.flatMap((neuron) =>
        Array.from({ length: neuron < 12 ? 8 : 4 }, (_, frame) => `${neuron}:${frame}`),
      );
      for (const each of all) expect(said(once).includes(each)).toBe(!were.has(each));
      expect(said(outcome("invert", once, chosen(touched)))).toEqual(said(before));
    }
  });

  it("leaves a piece alone that it does not touch", () => {
    const ranges = [{ ...wholeLayer("low"), weight: -0.35 }, wholeLayer("high")];
    const less = outcome("subtract", ranges, chosen([12]));
    expect(less[0]).toBe(ranges[0]);
    expect(less.slice(1).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it("subtracts a part of the loop alone", () => {
    const left = outcome("subtract", [wholeLayer("high")], chosen([12, 13, 14], [0.4, 0.1]));
    expect(said([wholeLayer("high")]).length - said(left).length).toBe(3);
  });

  it("adds beside what is there with a weight of its own", () => {
    const pieces = piecesOf(
      LAYERS,
      outcome("add", [wholeLayer("low")], chosen([12], [0, 1], -0.5)),
    );
    expect(pieces.map(({ weight }) => weight)).toEqual([1, -0.5]);
    // What is targeted already is not targeted twice.
    expect(outcome("add", [wholeLayer("low")], chosen([3]))).toEqual([wholeLayer("low")]);
  });
});

describe("inverse", () => {
  it("is all the rest of the layers, and its own inverse", () => {
    const before = outcome("replace", [], chosen([12, 16, 20, 38]));
    const other = rangesOf(inverse(piecesOf(LAYERS, before))).ranges;
    expect(said(other).length).toBe(4 * (27 - 4));
    expect(said(rangesOf(inverse(piecesOf(LAYERS, other))).ranges)).toEqual(said(before));
  });
});

describe("pieces", () => {
  it("are found again in the ranges that say them", () => {
    const ranges = outcome("replace", [], chosen([12, 16, 20, 24, 38], [0, 1], 0.6));
    expect(ranges.length).toBeGreaterThan(3);
    const [piece, ...others] = piecesOf(LAYERS, ranges);
    expect(others).toEqual([]);
    expect(piece.weight).toBeCloseTo(0.6, 5);
    expect(size(piece)).toBe(5);
    expect(rangesOf([piece]).ranges).toEqual(ranges);
  });

  it("are two where two targets were chosen", () => {
    const ranges = outcome("add", outcome("replace", [], chosen([12])), chosen([38]));
    expect(piecesOf(LAYERS, ranges)).toHaveLength(2);
  });

  it("lie in the range around them", () => {
    const [piece] = piecesOf(LAYERS, outcome("replace", [], chosen([12, 19])));
    expect(piecesOf(LAYERS, [around(piece)]).map(size)).toEqual([3 * 2]);
  });

  it("keep the largest where there are too many ranges, and tell how many neurons are left", () => {
    const [piece] = piecesOf(LAYERS, outcome("replace", [], chosen([12, 13, 14, 19, 24])));
    const { ranges, left } = rangesOf([{ ...piece, ranges: [] }], 2);
    expect(left).toBe(1);
    expect(ranges).toHaveLength(2);
    expect(said(ranges)).toHaveLength(4 * 4);
    expect(ranges.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });
});
