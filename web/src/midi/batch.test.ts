import { describe, expect, it } from "vitest";
import { Batch, newest } from "./batch";

function batch() {
  const sent: [number[], number][] = [];
  const waiting: (() => void)[] = [];
  const made = new Batch(
    (bytes, at) => sent.push([bytes, at]),
    (callback) => waiting.push(callback),
  );
  const pass = () => {
    for (const callback of waiting.splice(0)) callback();
  };
  return { made, sent, pass, waiting };
}

const of = (...bytes: number[]) => new Uint8Array(bytes);

describe("Batch", () => {
  it("passes on what came together, once, with the newest's time", () => {
    const { made, sent, pass, waiting } = batch();
    made.take(of(0xb0, 1, 10), 1);
    made.take(of(0xb0, 1, 11), 2);
    made.take(of(0x90, 60, 1), 3);
    expect(waiting.length).toBe(1);
    pass();
    expect(sent).toEqual([[[0xb0, 1, 10, 0xb0, 1, 11, 0x90, 60, 1], 3]]);
    made.take(of(0xb0, 1, 12), 9);
    pass();
    expect(sent.length).toBe(2);
  });

  it("leaves out what moves nothing", () => {
    const { made, sent, pass } = batch();
    made.take(of(0xfe), 1);
    made.take(of(0xf8), 1);
    made.take(of(0xf0, 1, 2, 0xf7), 1);
    made.take(of(), 1);
    pass();
    expect(sent).toEqual([]);
  });

  it("keeps every note of a flood, and the newest of each fader", () => {
    const { made, sent, pass } = batch();
    for (let step = 0; step < 5000; step++) {
      made.take(of(0xb0, step % 4, step % 128), step);
      if (step % 100 === 0) made.take(of(0x90, 60, 100), step);
    }
    pass();
    expect(sent.length).toBe(1);
    const [bytes] = sent[0];
    expect(bytes.filter((byte) => byte === 0x90).length).toBe(50);
    expect(bytes.slice(-12)).toEqual([
      ...[0xb0, 0, 4996 % 128],
      ...[0xb0, 1, 4997 % 128],
      ...[0xb0, 2, 4998 % 128],
      ...[0xb0, 3, 4999 % 128],
    ]);
  });

  it("cuts what is too long for one message between two of the port's", () => {
    const { made, sent, pass } = batch();
    for (let step = 0; step < 3000; step++) made.take(of(0x90, step % 128, 1), step);
    pass();
    expect(sent.length).toBe(3);
    expect(sent.every(([bytes]) => bytes.length % 3 === 0 && bytes[0] === 0x90)).toBe(true);
    expect(sent.reduce((sum, [bytes]) => sum + bytes.length, 0)).toBe(9000);
  });
});

describe("newest", () => {
  it("tells channels and wheels apart", () => {
    const messages = [
      [0xb0, 1, 1],
      [0xb1, 1, 2],
      [0xe0, 1, 1],
      [0xe0, 2, 2],
      [0xb0, 1, 3],
    ];
    expect(newest(messages)).toEqual([
      [0xb1, 1, 2],
      [0xe0, 2, 2],
      [0xb0, 1, 3],
    ]);
  });
});
