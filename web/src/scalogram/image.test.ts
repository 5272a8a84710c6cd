import { describe, expect, it } from "vitest";
import type { EarDescription } from "../messages";
import { scalogramColours } from "../picture/palette";
import type { Loop } from "../protocol/frame";
import { scalogramPicture } from "./image";

const ear = {
  layers: [{ name: "scalogram", channels: 2, pitches: 2, frames: 3, offset: 0 }],
} as EarDescription;

function loop(activations: number[], name = "scalogram") {
  return {
    header: { layers: [{ name, frames: 3, neurons: 4, at: 1 }] },
    activations: Uint8Array.from(activations),
  } as Loop;
}

describe("scalogramPicture", () => {
  it("draws the first channel with the low pitch at the bottom", () => {
    const bytes = [99, 10, 20, 30, 40, 50, 60, 7, 7, 7, 7, 7, 7];
    const picture = scalogramPicture(loop(bytes), ear);
    expect(picture).toMatchObject({ width: 3, height: 2 });
    const colours = scalogramColours();
    const expected = [40, 50, 60, 10, 20, 30].flatMap((value) => [
      ...colours.subarray(4 * value, 4 * value + 4),
    ]);
    expect([...(picture?.pixels ?? [])]).toEqual(expected);
  });

  it("is nothing where the loop holds no scalogram", () => {
    expect(scalogramPicture(loop([], "other"), ear)).toBeNull();
  });
});
