import { describe, expect, it } from "vitest";
import type { ParameterDeclaration } from "../messages";
import { positionOf, positionStep, valueAt } from "./curve";
import table from "./curve.table.json";

function parameter(curve: ParameterDeclaration["curve"], minimum: number, maximum: number) {
  const texts = { name: "x", unit: "", label: "", description: "", group: "" };
  return { ...texts, place: "deck" as const, curve, minimum, maximum, default: minimum };
}

const all = [
  parameter("linear", -3, 7),
  parameter("logarithmic", 1e-5, 100),
  parameter("integer", 0, 64),
  parameter("switch", 0, 1),
];

describe("valueAt and positionOf", () => {
  it("undo each other and never leave the range", () => {
    for (const p of all)
      for (let x = 0; x <= 1; x += 1 / 64) {
        const value = valueAt(p, x);
        expect(value).toBeGreaterThanOrEqual(p.minimum);
        expect(value).toBeLessThanOrEqual(p.maximum);
        expect(valueAt(p, positionOf(p, value))).toBeCloseTo(value, 9);
      }
  });

  it("travel as the curve says", () => {
    expect(valueAt(all[1], 5 / 7)).toBeCloseTo(1);
    expect(valueAt(all[2], 0.5)).toBe(32);
    expect(positionStep(all[2])).toBe(1 / 64);
    expect(valueAt(all[0], 2)).toBe(7);
  });

  it("agree with the server's, which reads the same table", () => {
    for (const row of table) {
      const p = parameter(row.curve as ParameterDeclaration["curve"], row.minimum, row.maximum);
      expect(valueAt(p, row.position)).toBeCloseTo(row.value, 12);
      expect(positionOf(p, row.value)).toBeCloseTo(row.back, 12);
    }
  });
});
