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

  it("takes a loop of four seconds in a moment", () => {
    const begun = performance.now();
    expect(resampleLoop(sine(64000, 440), 16000, 44100).length).toBe(176400);
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it("works on loops shorter than the kernel", () => {
    expect(Math.max(...resampleLoop(sine(16, 1), 16000, 32000))).toBeCloseTo(1, 2);
  });

  it("copies at the same rate", () => {
    const loop = sine(100, 3);
    expect(resampleLoop(loop, 44100, 44100)).toEqual(loop);
  });
});
