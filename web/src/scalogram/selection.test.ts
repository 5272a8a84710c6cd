import { describe, expect, it } from "vitest";
import { units } from "../range";
import { between } from "./selection";

describe("between", () => {
  it("selects every unit that was touched, whichever way it was dragged", () => {
    expect(units(between(0.26, 0.5, 8), 8)).toEqual([2, 4]);
    expect(units(between(0.5, 0.26, 8), 8)).toEqual([2, 4]);
    expect(units(between(0, 1, 176), 176)).toEqual([0, 176]);
    expect(units(between(1, 1, 176), 176)).toEqual([175, 176]);
  });
});
