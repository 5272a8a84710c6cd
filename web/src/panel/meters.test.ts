import { describe, expect, it } from "vitest";
import { formatDb, placeOf } from "./Meters";

describe("meters", () => {
  it("tell levels with one digit, and silence as such", () => {
    expect(formatDb(-6.04)).toBe("−6.0\u00a0dB");
    expect(formatDb(0)).toBe("0.0\u00a0dB");
    expect(formatDb(-Infinity, "LUFS")).toBe("−∞\u00a0LUFS");
  });

  it("go from -60 dB to 0", () => {
    expect([-Infinity, -60, -30, 0, 3].map(placeOf)).toEqual([0, 0, 0.5, 1, 1]);
  });
});
