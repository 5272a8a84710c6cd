import { describe, expect, it } from "vitest";
import { named } from "./access";

describe("named", () => {
  it("gives ports of one name a name each", () => {
    const ports = ["a", "b", "a", "a", null].map((name) => ({ name }));
    expect([...named(ports).keys()]).toEqual(["a", "b", "a (2)", "a (3)", "MIDI"]);
  });
});
