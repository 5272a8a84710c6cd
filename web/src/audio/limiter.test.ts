import { describe, expect, it } from "vitest";
import { CEILING_DB, LATENCY_FRAMES, Limiter } from "./limiter";
import { BS1770, type Interpolation, sincInterpolation, TruePeak } from "./truepeak";

const RATE = 44100;
const BLOCK = 128;
const FINER = sincInterpolation(8, 96);

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

function sound(seconds: number, at: (i: number) => number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => at(i));
}

function limited(input: Float32Array, limiter = new Limiter(RATE)): Float32Array {
  const output = new Float32Array(input.length);
  for (let i = 0; i < input.length; i += BLOCK)
    limiter.process([input.subarray(i, i + BLOCK)], [output.subarray(i, i + BLOCK)]);
  return output;
}

function truePeakDb(samples: Float32Array, filter: Interpolation): number {
  const peak = new TruePeak(filter);
  let highest = 0;
  for (const sample of samples) highest = Math.max(highest, peak.push(sample));
  return 20 * Math.log10(highest);
}

const sine = (hertz: number, level: number) => (i: number) =>
  level * Math.sin((2 * Math.PI * hertz * i) / RATE);
const noise = random(1);
const signs = random(2);
const bursts = random(3);
const loud: [string, Float32Array][] = [
  ["a full-scale square", sound(0.5, (i) => (i % 100 < 50 ? 1 : -1))],
  ["a square at +12 dB", sound(0.5, (i) => (i % 37 < 18 ? 4 : -4))],
  ["noise at +12 dB", sound(1, () => 4 * noise())],
  ["random full-scale signs at +12 dB", sound(1, () => (signs() > 0 ? 4 : -4))],
  ["impulses at +12 dB", sound(0.5, (i) => (i % 3001 === 700 ? 4 : 0))],
  ["an impulse in a sine", sound(0.5, (i) => (i === 9000 ? 3 : sine(440, 0.5)(i)))],
  ["bursts", sound(1, (i) => (Math.floor(i / 2000) % 3 === 1 ? 3 : 0.2) * bursts())],
  ["a quarter of the rate between its peaks", sound(0.5, (i) => [1, 1, -1, -1][i % 4])],
  ["a sine near half the rate", sound(0.5, sine(19500, 2))],
  ["a bass", sound(1, sine(45, 3))],
  ["an accident", sound(0.5, (i) => (i === 5000 ? 3e38 : sine(300, 0.3)(i)))],
];

describe("Limiter", () => {
  for (const [name, input] of loud)
    it(`holds ${name} below the ceiling`, () => {
      const limiter = new Limiter(RATE);
      const output = limited(input, limiter);
      expect(truePeakDb(output, FINER)).toBeLessThan(CEILING_DB);
      expect(truePeakDb(output, BS1770)).toBeLessThan(CEILING_DB);
      expect(limiter.report().reduction).toBeGreaterThan(0);
    });

  it("passes what stays below the ceiling bit for bit, later", () => {
    const quiet = random(4);
    const input = sound(0.5, (i) => 0.3 * quiet() + sine(100, 0.2)(i));
    const limiter = new Limiter(RATE);
    const output = limited(input, limiter);
    expect(output.slice(LATENCY_FRAMES)).toEqual(input.slice(0, -LATENCY_FRAMES));
    expect(output.slice(0, LATENCY_FRAMES).every((sample) => sample === 0)).toBe(true);
    expect(limiter.report()).toEqual({ reduction: 0, broken: 0 });
  });

  it("passes bit for bit again some seconds after a peak", () => {
    const input = sound(8, (i) => (i < 20000 ? sine(200, 2)(i) : sine(330, 0.5)(i)));
    const output = limited(input);
    const tail = Math.round(7 * RATE);
    expect(output.slice(tail)).toEqual(
      input.slice(tail - LATENCY_FRAMES, input.length - LATENCY_FRAMES),
    );
  });

  it("turns what is not finite into silence, and counts it", () => {
    const bad = [Number.NaN, Infinity, -Infinity];
    const input = sound(0.2, (i) => (i >= 1000 && i < 1003 ? bad[i - 1000] : sine(300, 0.5)(i)));
    const limiter = new Limiter(RATE);
    const output = limited(input, limiter);
    expect(output.every(Number.isFinite)).toBe(true);
    expect(output[1001 + LATENCY_FRAMES]).toBe(0);
    expect(output[1010 + LATENCY_FRAMES]).toBe(input[1010]);
    expect(limiter.report()).toEqual({ reduction: 0, broken: 3 });
  });

  it("turns both channels down together", () => {
    const [left, right] = [sound(0.2, sine(500, 2)), sound(0.2, sine(500, 0.4))];
    const outputs = [new Float32Array(left.length), new Float32Array(left.length)];
    new Limiter(RATE, 2).process([left, right], outputs);
    for (let i = 2000; i < left.length; i += 7)
      expect(outputs[1][i]).toBeCloseTo(outputs[0][i] / 5, 5);
  });

  it("says by how much it turns down, since it was last asked", () => {
    const limiter = new Limiter(RATE);
    limited(sound(0.3, sine(997, 2)), limiter);
    expect(limiter.report().reduction).toBeCloseTo(6.02 + 1.2, 1);
    limited(
      sound(6, () => 0),
      limiter,
    );
    limiter.report();
    limited(
      sound(0.1, () => 0),
      limiter,
    );
    expect(limiter.report().reduction).toBe(0);
  });

  it("is back soon after a single beat", () => {
    const input = sound(0.6, (i) => (i >= 4000 && i < 4200 ? 3 : 0.2));
    const output = limited(input);
    const later = 4200 + LATENCY_FRAMES + Math.round(0.2 * RATE);
    expect(20 * Math.log10(output[later] / 0.2)).toBeGreaterThan(-0.6);
  });

  it("stays down within a loud passage instead of breathing with its beats", () => {
    // A drum of 50 ms, twice a second, above a soft steady sound: the gain in between.
    const beat = (i: number) => i % (RATE / 2) < 0.05 * RATE;
    const drum = sine(160, 1.8);
    const steady = sound(4, (i) => (beat(i) ? drum(i) : 0.05));
    const output = limited(steady);
    const between = Array.from({ length: 40 }, (_, k) => {
      const i = Math.round((3 + 0.06 + k * 0.01) * RATE) + LATENCY_FRAMES;
      return beat(i - LATENCY_FRAMES) ? 1 : output[i] / 0.05;
    });
    const slope = between.slice(1).map((gain, k) => Math.abs(20 * Math.log10(gain / between[k])));
    expect(Math.max(...slope)).toBeLessThan(1.5);
  });

  it("keeps a loud bass clean", () => {
    const hertz = 50;
    const output = limited(sound(3, sine(hertz, 2)));
    const last = output.subarray(2 * RATE, 3 * RATE);
    const harmonic = (k: number) => {
      let re = 0;
      let im = 0;
      for (let i = 0; i < last.length; i++) {
        const phase = (2 * Math.PI * k * hertz * i) / RATE;
        re += last[i] * Math.cos(phase);
        im += last[i] * Math.sin(phase);
      }
      return Math.hypot(re, im);
    };
    const distortion = Math.hypot(...[2, 3, 4, 5, 6, 7, 8, 9].map(harmonic)) / harmonic(1);
    expect(distortion).toBeLessThan(0.02);
  });

  it("takes a small part of one core", () => {
    const input = sound(2, () => 2 * noise());
    const begun = performance.now();
    limited(input);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
