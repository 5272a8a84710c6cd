import { describe, expect, it } from "vitest";
import { readWav } from "./wav";

function wav(samples: number[], { format = 3, channels = 1, extra = 0 } = {}): ArrayBuffer {
  const data = new ArrayBuffer(44 + extra + 4 * samples.length);
  const view = new DataView(data);
  const text = (at: number, word: string) =>
    [...word].forEach((letter, i) => {
      view.setUint8(at + i, letter.charCodeAt(0));
    });
  text(0, "RIFF");
  text(8, "WAVE");
  text(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, format, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, 44100, true);
  view.setUint16(34, 32, true);
  if (extra) {
    text(36, "PEAK");
    view.setUint32(40, extra - 8, true);
  }
  text(36 + extra, "data");
  view.setUint32(40 + extra, 4 * samples.length, true);
  samples.forEach((sample, i) => {
    view.setFloat32(44 + extra + 4 * i, sample, true);
  });
  return data;
}

describe("readWav", () => {
  it("reads floats and their rate, and passes over what else there is", () => {
    for (const extra of [0, 24]) {
      const { samples, rate } = readWav(wav([0.25, -1, 0.5], { extra }));
      expect([...samples, rate]).toEqual([0.25, -1, 0.5, 44100]);
    }
  });

  it("lets nothing through that is not finite", () => {
    expect([...readWav(wav([Number.NaN, 0.5, Infinity])).samples]).toEqual([0, 0.5, 0]);
  });

  it("says what it expected", () => {
    expect(() => readWav(new ArrayBuffer(3))).toThrow("expected a WAV file");
    expect(() => readWav(wav([1], { channels: 2 }))).toThrow("expected mono floats");
    expect(() => readWav(wav([1]).slice(0, 36))).toThrow("format and samples");
  });
});
