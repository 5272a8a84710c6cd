import { describe, expect, it } from "vitest";
import { Loudness } from "./loudness";
import table from "./loudness.table.json";

interface Part {
  seconds: number;
  hertz: number;
  level: number;
}

/** The sound of a row of the table; as `tests/audio/test_page_loudness.py` makes it. */
function sound(rate: number, parts: readonly Part[]): Float32Array {
  let state = 1;
  const pieces = parts.map(({ seconds, hertz, level }) =>
    Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
      if (hertz) return level * Math.sin((2 * Math.PI * hertz * i) / rate);
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return level * (state / 2 ** 31 - 1);
    }),
  );
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}

function metered(samples: Float32Array, rate: number, meter = new Loudness(rate)) {
  for (let i = 0; i < samples.length; i += 128) meter.push(samples.subarray(i, i + 128));
  return { ...meter.read() };
}

describe("Loudness", () => {
  table.forEach(({ rate, parts, integrated }, row) => {
    it(`agrees with pyloudnorm on row ${row}`, () => {
      // A bin's width: which blocks the gate takes is known to 0.01 LU.
      expect(Math.abs(metered(sound(rate, parts), rate).integrated - integrated)).toBeLessThan(
        0.02,
      );
    });
  });

  it("reads a full-scale sine of 997 Hz as -3.01 LUFS, at once in 0.4 s", () => {
    const rate = 48000;
    const levels = metered(sound(rate, [{ seconds: 0.4, hertz: 997, level: 1 }]), rate);
    expect(levels.momentary).toBeCloseTo(-3.01, 1);
    expect(levels.shortTerm).toBeCloseTo(-3.01 + 10 * Math.log10(0.4 / 3), 1);
    expect(levels.peak).toBeCloseTo(0, 1);
  });

  it("forgets in 0.4 s and 3 s, and keeps the whole", () => {
    const rate = 44100;
    const meter = new Loudness(rate);
    metered(sound(rate, [{ seconds: 3, hertz: 997, level: 0.5 }]), rate, meter);
    const later = metered(new Float32Array(0.5 * rate), rate, meter);
    expect(later.momentary).toBeLessThan(-70);
    expect(later.shortTerm).toBeGreaterThan(-11);
    expect(metered(new Float32Array(3 * rate), rate, meter).shortTerm).toBeLessThan(-70);
    expect(metered(new Float32Array(128), rate, meter).integrated).toBeCloseTo(-9.03, 0);
    meter.reset();
    expect(meter.read().integrated).toBe(-Infinity);
    expect(meter.read().maximum).toBe(-Infinity);
  });

  it("sees the peak between two samples", () => {
    // A quarter of the rate, sampled 45 degrees beside its peaks: 3 dB higher in between.
    const samples = Float32Array.from({ length: 4000 }, (_, i) => [0.5, 0.5, -0.5, -0.5][i % 4]);
    const levels = metered(samples, 44100);
    expect(levels.peak).toBeCloseTo(-6.02, 2);
    expect(levels.truePeak).toBeGreaterThan(-3.3);
    expect(levels.truePeak).toBeLessThan(-2.8);
  });

  it("survives what is not finite, and silence", () => {
    const rate = 44100;
    const meter = new Loudness(rate);
    metered(Float32Array.of(Number.NaN, Infinity, -Infinity), rate, meter);
    const after = metered(sound(rate, [{ seconds: 1, hertz: 997, level: 0.1 }]), rate, meter);
    expect(after.momentary).toBeCloseTo(-23.01, 1);
    expect(metered(new Float32Array(1000), rate, new Loudness(rate)).momentary).toBe(-Infinity);
  });
});
