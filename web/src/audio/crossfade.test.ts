import { describe, expect, it } from "vitest";
import { correlation, fadeCurves } from "./crossfade";

function power(rho: number, i: number) {
  const fade = fadeCurves(rho);
  const [a, b] = [fade.out[i], fade.in[i]];
  return a * a + b * b + 2 * a * b * rho;
}

describe("fadeCurves", () => {
  it("keeps the power constant whatever the correlation", () => {
    for (const rho of [-0.5, -0.2, 0, 0.3, 0.7, 1])
      for (let i = 0; i < 129; i++) expect(power(rho, i)).toBeCloseTo(1, 5);
  });

  it("is linear for equal signals and equal-power for unrelated ones", () => {
    const equal = fadeCurves(1);
    const unrelated = fadeCurves(0);
    expect(equal.in[64]).toBeCloseTo(0.5, 6);
    expect(unrelated.in[64]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("begins with the old loop alone and ends with the new one alone", () => {
    for (const rho of [-1, 0, 1, Number.NaN]) {
      const fade = fadeCurves(rho);
      expect([fade.out[0], fade.in[0]]).toEqual([1, 0]);
      expect([fade.out[128], fade.in[128]]).toEqual([0, 1]);
      expect(Math.max(...fade.in, ...fade.out)).toBeLessThan(1.2);
    }
  });
});

describe("correlation", () => {
  it("knows equal, opposite, unrelated and silent signals", () => {
    const sine = Float32Array.from({ length: 1000 }, (_, i) => Math.sin((i * 2 * Math.PI) / 100));
    const cosine = Float32Array.from({ length: 1000 }, (_, i) => Math.cos((i * 2 * Math.PI) / 100));
    const silence = new Float32Array(1000);
    expect(correlation(sine, sine)).toBeCloseTo(1);
    expect(
      correlation(
        sine,
        sine.map((x) => -0.3 * x),
      ),
    ).toBeCloseTo(-1);
    expect(correlation(sine, cosine)).toBeCloseTo(0);
    expect(correlation(silence, silence)).toBe(1);
    expect(correlation(silence, sine)).toBe(0);
  });
});
