import { describe, expect, it } from "vitest";
import { resampleLoop } from "./resample";

function sine(length: number, cycles: number) {
  return Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * cycles * i) / length));
}

function largestDifference(a: Float32Array, b: Float32Array) {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

describe("resampleLoop", () => {
  it("keeps a sine that fits the loop, seam included", () => {
    const up = resampleLoop(sine(1600, 100), 16000, 44100);
    expect(up.length).toBe(4410);
    expect(largestDifference(up, sine(4410, 100))).toBeLessThan(1e-3);
  });

  it("removes what the lower rate cannot carry", () => {
    const down = resampleLoop(sine(4410, 1500), 44100, 16000);
    expect(Math.max(...down)).toBeLessThan(1e-3);
  });

  it("copies at the same rate", () => {
    const loop = sine(100, 3);
    expect(resampleLoop(loop, 44100, 44100)).toEqual(loop);
  });
});
