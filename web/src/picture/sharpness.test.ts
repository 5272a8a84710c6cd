import { describe, expect, it } from "vitest";
import { Sharpness } from "./sharpness";

function shareAfter(pictures: number, milliseconds: number, sharpness = new Sharpness(), from = 0) {
  let share = 1;
  for (let i = 0; i < pictures; i++) share = sharpness.at(from + i * milliseconds);
  return share;
}

describe("Sharpness", () => {
  it("is full where the machine keeps up", () => {
    expect(shareAfter(1000, 16)).toBe(1);
  });

  it("falls step by step where it does not, and comes back", () => {
    const sharpness = new Sharpness();
    expect(shareAfter(30, 60, sharpness)).toBe(0.7);
    expect(shareAfter(500, 60, sharpness, 2000)).toBe(0.5);
    expect(shareAfter(5000, 16, sharpness, 40000)).toBe(1);
  });

  it("does not mind a pause", () => {
    expect(shareAfter(100, 5000)).toBe(1);
  });
});
