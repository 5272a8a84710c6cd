import { describe, expect, it } from "vitest";
import type { LoopHeader } from "../messages";
import { decodeLayout, decodeLoop } from "./frame";

function frame(header: object, ...parts: ArrayBufferView[]): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((4 + text.length) / 4) * 4;
  const bytes = new Uint8Array(start + parts.reduce((sum, part) => sum + part.byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = start;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes.buffer;
}

const header: LoopHeader = {
  type: "loop",
  deck: 0,
  id: 7,
  generation: 3,
  kind: "dream",
  sample_rate: 44100,
  samples: 3,
  quarters: 8,
  activation: 1.5,
  step: 20,
  layers: [{ name: "ä", frames: 2, neurons: 2, at: 0 }],
};

describe("decodeLoop", () => {
  it("gives back sound and activations, whatever the header's length", () => {
    for (const name of ["a", "ab", "abc", "abcd", "ä"]) {
      const layers = [{ ...header.layers[0], name }];
      const sound = new Float32Array([0.5, -0.25, 1]);
      const loop = decodeLoop(frame({ ...header, layers }, sound, new Uint8Array([1, 2, 3, 255])));
      expect([...loop.samples]).toEqual([0.5, -0.25, 1]);
      expect([...loop.activations]).toEqual([1, 2, 3, 255]);
      expect(loop.header.layers[0].name).toBe(name);
    }
  });

  it("refuses a sample that is no number", () => {
    const activations = new Uint8Array(4);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => decodeLoop(frame(header, new Float32Array([0, bad, 0]), activations))).toThrow(
        "loop 7 holds samples that are no numbers",
      );
  });

  it("refuses what is cut off or something else", () => {
    const sound = new Float32Array(3);
    expect(() => decodeLoop(new ArrayBuffer(2))).toThrow("empty");
    expect(() => decodeLoop(frame(header, sound).slice(0, 20))).toThrow("cut off");
    expect(() => decodeLoop(frame(header, sound.subarray(0, 2)))).toThrow("do not fit");
    expect(() => decodeLoop(frame(header, sound))).toThrow("layer ä does not fit");
    expect(() => decodeLoop(frame({ type: "layout" }, sound))).toThrow("expected a loop");
  });
});

describe("decodeLayout", () => {
  const layout = { type: "layout", hash: "xy", snapshots: 2, vertices: 2, kind: "laid" };
  const numbers = [-32767, 0, 32767, 5, 1, 2, 3, 4];

  it("gives all snapshots' positions, whatever the header's length", () => {
    for (const hash of ["a", "ab", "abc", "abcd"]) {
      const found = decodeLayout(frame({ ...layout, hash }, new Int16Array(numbers)));
      expect([...found.positions]).toEqual(numbers);
      expect(found.header).toEqual({ ...layout, hash });
    }
  });

  it("refuses one that is cut off or empty", () => {
    expect(() => decodeLayout(frame(layout, new Int16Array(7)))).toThrow("do not fit");
    expect(() => decodeLayout(frame({ ...layout, snapshots: 0 }))).toThrow("do not fit");
  });
});
