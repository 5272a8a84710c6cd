import { describe, expect, it } from "vitest";
import { outputOf } from "./ports";

describe("outputOf", () => {
  it("finds the other side of a device", () => {
    const outputs = [{ name: "Box" }, { name: "Pads MIDI Out" }, { name: "Out" }];
    expect(outputOf({ name: "Box" }, outputs)).toBe(outputs[0]);
    expect(outputOf({ name: "Pads MIDI In" }, outputs)).toBe(outputs[1]);
    expect(outputOf({ name: "In" }, outputs)).toBeUndefined();
  });
});
