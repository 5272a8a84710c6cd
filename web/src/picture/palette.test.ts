import { describe, expect, it } from "vitest";
import { css, layerColour, oklch, scalogramColours } from "./palette";

function luminance([r, g, b]: Iterable<number>) {
  return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
}

describe("oklch", () => {
  it("gives white, black and a known red", () => {
    expect(css(oklch(1, 0, 0))).toBe("rgb(255 255 255)");
    expect(css(oklch(0, 0, 0))).toBe("rgb(0 0 0)");
    expect(css(oklch(0.628, 0.2577, 29.23))).toBe("rgb(255 0 0)");
  });
});

describe("layerColour", () => {
  it("gives neighbouring layers different colours of like brightness", () => {
    const colours = Array.from({ length: 26 }, (_, i) => layerColour(i, 26));
    expect(new Set(colours.map(css)).size).toBe(26);
    const brightness = colours.map(luminance);
    expect(Math.max(...brightness) / Math.min(...brightness)).toBeLessThan(1.8);
    expect(layerColour(0, 1)).toEqual(layerColour(0, 26));
  });
});

describe("scalogramColours", () => {
  it("only ever gets brighter", () => {
    const colours = scalogramColours();
    for (let i = 1; i < 256; i++)
      expect(luminance(colours.subarray(4 * i, 4 * i + 3))).toBeGreaterThanOrEqual(
        luminance(colours.subarray(4 * i - 4, 4 * i - 1)) * 0.995,
      );
  });
});
