import { describe, expect, it } from "vitest";
import type { LayerShape } from "../messages";
import { units, wholeLayer } from "../range";
import type { DeckMessage } from "./addressed";
import { Aim } from "./aim";

const LAYERS: LayerShape[] = [
  { name: "a", channels: 4, pitches: 3, frames: 8, offset: 0, hears: 1 },
  { name: "b", channels: 8, pitches: 1, frames: 4, offset: 12, hears: 2 },
];

function neurons(...which: number[]): Uint8Array {
  const out = new Uint8Array(20);
  for (const neuron of which) out[neuron] = 1;
  return out;
}

function setUp() {
  const sent: DeckMessage[] = [];
  const lines: string[] = [];
  const frames: (() => void)[] = [];
  const holds: (() => void)[] = [];
  const clock = { now: 1000 };
  const aim = new Aim(
    (message) => sent.push(message) > 0,
    (callback) => frames.push(callback),
    () => clock.now,
    (line) => lines.push(line),
    (callback) => holds.push(callback),
  );
  aim.fitTo(LAYERS);
  return {
    aim,
    sent,
    lines,
    clock,
    letGo: () => {
      clock.now += 700;
      for (const call of holds.splice(0)) call();
    },
    frame: () => {
      for (const call of frames.splice(0)) call();
    },
  };
}

describe("Aim", () => {
  it("sends a replacing choice while it is turned, once a frame", () => {
    const { aim, sent, frame } = setUp();
    aim.choose({ layer: "a" });
    aim.choose({ channel: [0.5, 0] });
    frame();
    expect(sent).toEqual([
      { type: "target", mode: "replace", ranges: [{ ...wholeLayer("a"), channel: [0.5, 0] }] },
    ]);
  });

  it("keeps an adding choice a draft until it is added", () => {
    const { aim, sent, frame } = setUp();
    aim.follow([wholeLayer("a")]);
    aim.setMode("add");
    aim.choose({ layer: "b" });
    frame();
    expect(sent).toEqual([]);
    aim.add();
    expect(sent).toEqual([{ type: "target", mode: "add", ranges: [wholeLayer("b")] }]);
    expect(aim.targets.value.map(({ layer }) => layer)).toEqual(["a", "b"]);
  });

  it("removes one target by telling the rest", () => {
    const { aim, sent } = setUp();
    aim.follow([wholeLayer("a"), wholeLayer("b")]);
    aim.remove(0);
    expect(sent).toEqual([{ type: "target", mode: "replace", ranges: [wholeLayer("b")] }]);
  });

  it("aims where another hand did once this one has let go", () => {
    const { aim, letGo } = setUp();
    aim.choose({ layer: "a" });
    aim.follow([wholeLayer("b")]);
    expect(aim.targets.value).toEqual([wholeLayer("a")]);
    letGo();
    expect(aim.targets.value).toEqual([wholeLayer("b")]);
  });

  it("follows the server, but not while it is turned", () => {
    const { aim, clock } = setUp();
    aim.choose({ layer: "a" });
    aim.follow([wholeLayer("b")]);
    expect(aim.choice.value.layer).toBe("a");
    clock.now += 1000;
    aim.follow([wholeLayer("b")]);
    expect(aim.choice.value.layer).toBe("b");
    expect(aim.targets.value).toEqual([wholeLayer("b")]);
  });

  it("ensures a target before dreaming, only where there is none", () => {
    const { aim, sent } = setUp();
    aim.ensure();
    aim.ensure();
    expect(sent.length).toBe(1);
  });

  it("tells what was chosen by looking, and the faders follow", () => {
    const { aim, sent } = setUp();
    aim.select(neurons(12 + 2, 12 + 3, 12 + 5));
    expect(aim.choice.value.layer).toBe("b");
    expect(units(aim.choice.value.channel, 8)).toEqual([2, 6]);
    const told = sent.at(-1);
    if (told?.type !== "target") throw new Error("no target was told");
    expect(told.mode).toBe("replace");
    expect(told.ranges.map(({ channel }) => units(channel, 8))).toEqual([
      [2, 4],
      [5, 6],
    ]);
    expect(aim.pieces.value).toHaveLength(1);
  });

  it("subtracts what is touched, and adding it again restores", () => {
    const { aim } = setUp();
    aim.follow([wholeLayer("b")]);
    aim.setMode("subtract");
    aim.select(neurons(13, 14));
    expect(aim.pieces.value.map(({ neurons }) => [...neurons])).toEqual([[1, 0, 0, 1, 1, 1, 1, 1]]);
    aim.setMode("add");
    aim.select(neurons(13, 14));
    const both = aim.pieces.value.map((piece) => [...piece.neurons]);
    expect(both[0].map((set, i) => set + both[1][i])).toEqual(Array(8).fill(1));
    aim.invert();
    expect(aim.targets.value).toEqual([]);
  });

  it("subtracts the choice in hand when asked to", () => {
    const { aim, sent } = setUp();
    aim.follow([wholeLayer("a")]);
    aim.setMode("subtract");
    aim.choose({ layer: "a", pitch: [0, 0] });
    expect(sent).toEqual([]);
    aim.apply();
    expect(aim.targets.value.map(({ pitch }) => units(pitch, 3))).toEqual([[1, 3]]);
  });

  it("turns a target that was picked up in its place, whatever the mode", () => {
    const { aim, sent, frame } = setUp();
    aim.follow([wholeLayer("a"), wholeLayer("b")]);
    aim.recall(1);
    aim.choose({ channel: [1, 0] });
    frame();
    expect(aim.targets.value).toEqual([wholeLayer("a"), { ...wholeLayer("b"), channel: [1, 0] }]);
    expect(sent).toHaveLength(1);
    aim.recall(1);
    expect(aim.held.value).toBeNull();
  });

  it("weighs each target for itself, all of its ranges together", () => {
    const { aim, sent, frame } = setUp();
    aim.select(neurons(12, 14, 16, 17));
    aim.setMode("add");
    aim.select(neurons(0));
    aim.weigh(0, -0.5);
    frame();
    expect(aim.pieces.value.map(({ weight }) => weight)).toEqual([-0.5, 1]);
    expect(sent).toHaveLength(3);
    expect(aim.targets.value.map(({ weight }) => weight)).toEqual([-0.125, -0.125, -0.25, 1]);
  });

  it("adds no more than a target may have, and says so", () => {
    const { aim, sent, lines } = setUp();
    aim.follow(Array.from({ length: 64 }, () => wholeLayer("a")));
    aim.add();
    expect(sent).toEqual([]);
    expect(lines).toHaveLength(1);
  });
});
