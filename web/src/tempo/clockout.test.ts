import { describe, expect, it } from "vitest";
import { ClockOut } from "./clockout";

const RATE = 1000;
const present = { origin: 0, alone: 0, length: 2000, quarters: 4 };

function port() {
  const sent: [number, number | undefined][] = [];
  return { sent, send: (data: number[], at?: number) => void sent.push([data[0], at]) };
}

describe("ClockOut", () => {
  it("starts with a round and sends each pulse once, when it is heard", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    for (let now = 500; now < 5000; now += 20)
      out.tick(now, { present, next: null, heard: now - 300, rate: RATE });
    const [start, ...rest] = midi.sent;
    expect(start).toEqual([0xfa, 2300]);
    expect(rest.every(([byte]) => byte === 0xf8)).toBe(true);
    expect(rest[0][1]).toBe(2300);
    rest.forEach(([, at], n) => {
      expect(at).toBeCloseTo(2300 + (n * 2000) / 96, 6);
    });
    expect(rest.length).toBe(Math.ceil((4680 + 500 - 2000) / (2000 / 96)));
  });

  it("waits at the end of a loop until it is settled what follows", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    const last = () => Math.max(...midi.sent.map(([, at]) => at ?? 0));
    out.tick(0, { present, next: null, heard: 0, rate: RATE });
    out.tick(1700, { present, next: null, heard: 1700, rate: RATE });
    expect(last()).toBeLessThan(2000);
    const next = { origin: 2000, alone: 2000, length: 1000, quarters: 4 };
    midi.sent.length = 0;
    out.tick(1900, { present, next, heard: 1900, rate: RATE });
    expect(midi.sent.filter(([byte]) => byte === 0xf8)[0][1]).toBe(2000);
    expect(midi.sent[1][1]).toBeCloseTo(2000 + 1000 / 96, 6);
  });

  it("stops with the sound, and starts again with a round", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    out.tick(1950, { present, next: null, heard: 1950, rate: RATE });
    out.tick(1970, null);
    out.tick(1990, null);
    expect(midi.sent.filter(([byte]) => byte === 0xfc)).toEqual([[0xfc, undefined]]);
    out.tick(3950, { present, next: null, heard: 3950, rate: RATE });
    expect(midi.sent.filter(([byte]) => byte === 0xfa).map(([, at]) => at)).toEqual([2000, 4000]);
  });

  it("begins anew where a loop is put elsewhere", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    const moved = { origin: 300, alone: 800, length: 2000, quarters: 4 };
    out.tick(0, { present, next: moved, heard: 0, rate: RATE });
    out.tick(400, { present, next: moved, heard: 400, rate: RATE });
    expect(Math.max(...midi.sent.map(([, at]) => at ?? 0))).toBeLessThan(800);
    midi.sent.length = 0;
    out.tick(820, { present: moved, next: null, heard: 820, rate: RATE });
    out.tick(1900, { present: moved, next: null, heard: 1900, rate: RATE });
    expect(midi.sent.slice(0, 3)).toEqual([
      [0xfc, undefined],
      [0xfa, 2300],
      [0xf8, 2300],
    ]);
  });

  it("leaves out what a blocked page is too late for", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    out.tick(0, { present, next: null, heard: 0, rate: RATE });
    midi.sent.length = 0;
    out.tick(1500, { present, next: null, heard: 1500, rate: RATE });
    expect(midi.sent.every(([, at]) => at !== undefined && at >= 1400)).toBe(true);
    expect(midi.sent.length).toBeGreaterThan(0);
  });

  it("tells a port that is no longer used to stop", () => {
    const out = new ClockOut();
    const midi = port();
    out.use(midi);
    out.tick(0, { present, next: null, heard: 0, rate: RATE });
    out.use(null);
    expect(midi.sent.at(-1)).toEqual([0xfc, undefined]);
    out.tick(20, { present, next: null, heard: 20, rate: RATE });
    expect(midi.sent.at(-1)).toEqual([0xfc, undefined]);
  });
});
