import { describe, expect, it } from "vitest";
import { named, outputOf } from "./ports";

describe("named", () => {
  it("gives ports of one name a name each", () => {
    const ports = ["a", "b", "a", "a", null].map((name) => ({ name }));
    expect([...named(ports).keys()]).toEqual(["a", "b", "a (2)", "a (3)", "MIDI"]);
  });
});

describe("outputOf", () => {
  it("finds the other side of a device", () => {
    const outputs = [{ name: "Box" }, { name: "Pads MIDI Out" }, { name: "Out" }];
    expect(outputOf({ name: "Box" }, outputs)).toBe(outputs[0]);
    expect(outputOf({ name: "Pads MIDI In" }, outputs)).toBe(outputs[1]);
    expect(outputOf({ name: "In" }, outputs)).toBeUndefined();
  });
});
