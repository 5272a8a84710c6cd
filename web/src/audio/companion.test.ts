import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Loop } from "../protocol/frame";
import { Companion } from "./companion";
import { plainLoop } from "./slot";
import { startVoice, type Voice } from "./voice";

const RATE = 44100;
const LENGTH = 2 * RATE;
const RAMP = 1323;
const JOIN = 2205;

/** As much of the browser's nodes as it takes to schedule. */
class Node {
  readonly gain = {
    setValueAtTime: () => {},
    linearRampToValueAtTime: () => {},
    setValueCurveAtTime: () => {},
    cancelScheduledValues: () => {},
  };
  onended: (() => void) | null = null;
  constructor(readonly context: unknown) {}
  connect = (to: unknown) => to;
  disconnect = () => {};
  start = () => {};
  stop = () => {};
}

function setUp() {
  const context = {
    sampleRate: RATE,
    currentTime: 0,
    createBuffer: (_: number, length: number) => ({
      copyToChannel: () => {},
      getChannelData: () => new Float32Array(length),
    }),
  };
  const bus = new Node(context) as unknown as AudioNode;
  const told: unknown[] = [];
  const companion = new Companion(bus, {
    onSounds: (...what) => told.push(what),
    onSilence: (frame) => told.push(frame),
  });
  const voice = (origin: number): Voice => {
    const loop = silence();
    const timing = { origin, from: origin, alone: origin };
    return startVoice(bus, loop, loop.samples, timing, 1);
  };
  const at = (frame: number) => {
    context.currentTime = frame / RATE;
    return frame;
  };
  return { companion, told, voice, at };
}

const silence = () => plainLoop(new Float32Array(LENGTH), RATE);

beforeEach(() => {
  vi.stubGlobal("GainNode", Node);
  vi.stubGlobal("AudioBufferSourceNode", Node);
});

describe("Companion", () => {
  const [one, two] = [silence(), silence()];
  const plays = (loop: Loop | null) => () => loop;

  it("tells that it joined in the middle, and at which boundary it changed", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(1000), next: null };
    companion.tick(at(9000), led, plays(one));
    expect(told).toEqual([[one, 9000 + JOIN, 0, 8000 + JOIN]]);
    companion.tick(at(10_000), led, plays(two));
    expect(told).toHaveLength(1);
    companion.tick(at(1000 + LENGTH), led, plays(two));
    expect(told[1]).toEqual([two, 1000 + LENGTH, RAMP, 0]);
  });

  it("fades away from where it says, soon", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(0), next: null };
    companion.tick(at(1000), led, plays(one));
    companion.tick(at(5000), led, plays(null));
    expect(told).toEqual([[one, 1000 + JOIN, 0, 1000 + JOIN], 5000 + 1024]);
    companion.tick(at(6000), led, plays(null));
    expect(told).toHaveLength(2);
  });

  it("lets a fade that is under way come to its end before it fades away", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(0), next: null };
    companion.tick(at(1000), led, plays(one));
    companion.tick(at(9000), led, plays(two));
    companion.tick(at(LENGTH - RAMP - 900), led, plays(null));
    expect(told.slice(1)).toEqual([[two, LENGTH, RAMP, 0], LENGTH]);
  });

  it("was never heard where it stops before it began", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(9000), next: null };
    companion.tick(at(1000), led, plays(one));
    companion.tick(at(1100), led, plays(null));
    expect(told).toEqual([[one, 9000, 0, 0], 9000]);
  });

  it("joins later, at its place, where the page was held up", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(0), next: null };
    companion.tick(1000, led, plays(at(4000) ? one : null));
    expect(told).toEqual([[one, 5024, 0, 5024]]);
  });

  it("changes at the boundary after the next where it has only just joined", () => {
    const { companion, told, voice, at } = setUp();
    const led = { present: voice(0), next: null };
    companion.tick(at(LENGTH - 4000), led, plays(one));
    companion.tick(at(LENGTH - 3980), led, plays(two));
    companion.tick(at(LENGTH + 20), led, plays(two));
    companion.tick(at(2 * LENGTH), led, plays(two));
    expect(told[1]).toEqual([two, 2 * LENGTH, RAMP, 0]);
  });
});
