import { describe, expect, it } from "vitest";
import { wholeLayer } from "../range";
import { MARK, marks } from "./marks";

const layers = [
  { name: "a", channels: 1, pitches: 2, frames: 4, offset: 0, hears: null },
  { name: "b", channels: 2, pitches: 3, frames: 4, offset: 2, hears: null },
];

describe("marks", () => {
  it("marks whole layers and single units", () => {
    expect([...marks(layers, [wholeLayer("a")], null)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    const one = { ...wholeLayer("b"), channel: [1, 0], pitch: [0, 0] } as never;
    expect([...marks(layers, [one], null)]).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
  });

  it("tells negative weights and drafts apart; a draft never hides a target", () => {
    const against = { ...wholeLayer("a"), weight: -0.5 };
    const draft = { ...wholeLayer("a"), pitch: [0, 1] } as never;
    expect([...marks(layers, [against], draft)].slice(0, 2)).toEqual([2, 2]);
    expect([...marks(layers, [], draft)].slice(0, 2)).toEqual([MARK.draft, MARK.draft]);
  });

  it("ignores layers that the ear does not have", () => {
    expect(marks(layers, [wholeLayer("gone")], null).every((x) => x === 0)).toBe(true);
  });
});
