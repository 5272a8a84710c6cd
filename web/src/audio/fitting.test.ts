import { describe, expect, it } from "vitest";
import { fitted, periodOf } from "./fitting";

const ones = (count: number) => new Float32Array(count).fill(1);

describe("periodOf", () => {
  it("is the nearest whole number of loops, or part of one", () => {
    expect(periodOf(4000, 4000)).toBe(4000);
    expect(periodOf(3600, 4000)).toBe(4000);
    expect(periodOf(8300, 4000)).toBe(8000);
    expect(periodOf(1900, 4000)).toBe(2000);
    expect(periodOf(10, 4000)).toBe(10);
  });
});

describe("fitted", () => {
  it("leaves a loop of the same length as it is", () => {
    const loop = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i));
    expect(fitted(loop, 4000, 44100)).toEqual(loop);
  });

  it("repeats a shorter one on the loop's parts, with silence where it waits", () => {
    const out = fitted(ones(1900), 4000, 8000);
    expect(out.length).toBe(4000);
    expect([out[0], out[1000], out[1950], out[2000], out[3950]]).toEqual([1, 1, 0, 1, 0]);
  });

  it("cuts a longer one to whole loops, without a click", () => {
    const out = fitted(ones(8300), 4000, 8000);
    expect(out.length).toBe(8000);
    expect(out[7000]).toBe(1);
    expect(Math.abs(out[7999])).toBeLessThan(0.01);
  });

  it("repeats without a seam where the parts are no whole frames", () => {
    const out = fitted(ones(1333), 4000, 8000);
    expect(out.length).toBe(4000);
    expect(Math.min(...out.filter((_, i) => i % 1333 > 2))).toBe(1);
  });

  it("bears an empty sample", () => {
    expect(fitted(new Float32Array(0), 400, 8000).every((x) => x === 0)).toBe(true);
  });
});
