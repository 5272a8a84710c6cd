import { describe, expect, it } from "vitest";
import type { ClockEvent } from "../messages";
import { ClockIn } from "./clockin";

function listening() {
  const sent: ClockEvent[][] = [];
  const waiting: (() => void)[] = [];
  const clock = new ClockIn(
    (events) => sent.push(events),
    (callback) => waiting.push(callback),
  );
  const pass = () => {
    for (const callback of waiting.splice(0)) callback();
  };
  return { sent, waiting, clock, pass };
}

const of = (...bytes: number[]) => new Uint8Array(bytes);

describe("ClockIn", () => {
  it("passes pulses on together, each with its time", () => {
    const { sent, waiting, clock, pass } = listening();
    clock.take(of(0xfa), 1000);
    clock.take(of(0xf8), 1000.5);
    clock.take(of(0xf8), 1021.25);
    expect(waiting.length).toBe(1);
    pass();
    expect(sent).toEqual([
      [
        { kind: "start", at: 1, sixteenths: 0 },
        { kind: "clock", at: 1.0005, sixteenths: 0 },
        { kind: "clock", at: 1.02125, sixteenths: 0 },
      ],
    ]);
    clock.take(of(0xfc), 2000);
    pass();
    expect(sent[1]).toEqual([{ kind: "stop", at: 2, sixteenths: 0 }]);
  });

  it("reads where in the song it is", () => {
    const { sent, clock, pass } = listening();
    clock.take(of(0xf2, 3, 1), 1);
    pass();
    expect(sent[0][0]).toEqual({ kind: "position", at: 0.001, sixteenths: 131 });
  });

  it("passes by what is no clock", () => {
    const { sent, clock, pass } = listening();
    for (const bytes of [[0xf2, 3], [0x90, 60, 1], [0xfe], []]) clock.take(of(...bytes), 1);
    pass();
    expect(sent).toEqual([]);
  });
});
