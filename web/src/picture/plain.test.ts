import { describe, expect, it } from "vitest";
import type { LayerShape } from "../messages";
import type { Layout, Loop } from "../protocol/frame";
import { PlainPicture } from "./plain";

const LAYERS: LayerShape[] = [
  { name: "one", channels: 1, pitches: 2, frames: 2, offset: 0, hears: null },
];
const LAYOUT: Layout = {
  header: { type: "layout", hash: "ear", snapshots: 1, vertices: 2, kind: "laid" },
  positions: new Int16Array([-16384, 0, 16384, 0]),
};
const VIEW = { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 };

/** What PlainPicture needs of a canvas, which vitest's runtime does not have. */
function context() {
  const drawn: { image: ImageData | null } = { image: null };
  const canvas = { width: 40, height: 20 };
  const image = { width: 40, height: 20, data: new Uint8ClampedArray(4 * 40 * 20) } as ImageData;
  const made = {
    canvas,
    createImageData: () => image,
    putImageData: (given: ImageData) => {
      drawn.image = given;
    },
  };
  return { drawn, context: made as unknown as CanvasRenderingContext2D };
}

describe("PlainPicture", () => {
  it("draws each neuron at its place, as bright as it is active", () => {
    const { drawn, context: on } = context();
    const picture = new PlainPicture(on);
    expect(picture.setNetwork(LAYERS, LAYOUT)).toBe(false);
    const loop = {
      header: { layers: [{ name: "one", frames: 2, neurons: 2, at: 0 }] },
      activations: new Uint8Array([0, 255, 0, 0]),
    } as unknown as Loop;
    picture.draw({ loop, phase: 0.5, moved: 1, view: VIEW, pulse: 0 });
    const light = (from: number, to: number) => {
      let sum = 0;
      for (let y = 0; y < 20; y++)
        for (let x = from; x < to; x++)
          sum += Math.max(0, (drawn.image?.data[4 * (40 * y + x)] ?? 0) - 6);
      return sum;
    };
    expect(light(20, 40)).toBeGreaterThan(0);
    expect(light(0, 20)).toBeGreaterThan(3 * light(20, 40));
    expect([...picture.places()].map((x) => Math.round(2 * x))).toEqual([-1, 0, 1, 0]);
  });
});
