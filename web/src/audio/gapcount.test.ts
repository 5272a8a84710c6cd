import { describe, expect, it } from "vitest";
import { fadeCurves } from "./crossfade";
import { GapCounter } from "./gapcount";

function constant(length: number, level: number) {
  return new Float32Array(length).fill(level);
}

function count(pilot: Float32Array, sound = pilot) {
  const counter = new GapCounter();
  for (let i = 0; i < pilot.length; i += 128)
    counter.push(sound.subarray(i, i + 128), pilot.subarray(i, i + 128), i);
  return counter.report();
}

describe("GapCounter", () => {
  it("counts nothing in a steady pilot, however silent the music", () => {
    const { gaps, jumps, broken } = count(constant(4096, 1), constant(4096, 0));
    expect([gaps, jumps, broken]).toEqual([0, 0, 0]);
  });

  it("does not count the silence before the first loop", () => {
    const pilot = constant(4096, 1);
    pilot.fill(0, 0, 1000);
    const { gaps, jumps } = count(pilot);
    expect([gaps, jumps]).toEqual([0, 0]);
  });

  it("counts a gap of 100 samples once, across blocks", () => {
    const pilot = constant(4096, 1);
    pilot.fill(0, 1000, 1100);
    expect(count(pilot).gaps).toBe(1);
    expect(count(pilot).jumps).toBe(2);
  });

  it("counts a hard swap as a jump and a 20 ms crossfade not at all", () => {
    const hard = constant(4096, 1);
    hard.fill(0.6, 2000);
    expect(count(hard).jumps).toBe(1);
    const fade = fadeCurves(0, 882);
    const soft = constant(4096, 1);
    for (let i = 1000; i < 4096; i++) {
      const k = Math.min(881, i - 1000);
      soft[i] = fade.out[k] + 0.6 * fade.in[k];
    }
    const { gaps, jumps } = count(soft);
    expect([gaps, jumps]).toEqual([0, 0]);
  });

  it("counts samples that are not finite and tells the loudest one", () => {
    const sound = constant(512, 0.1);
    sound[300] = -0.9;
    sound[400] = Number.NaN;
    const report = count(constant(512, 1), sound);
    expect(report.broken).toBe(1);
    expect(report.peakFrame).toBe(300);
  });
});
