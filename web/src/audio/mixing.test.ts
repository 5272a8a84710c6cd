import { describe, expect, it } from "vitest";
import {
  crossfadeGains,
  type Desk,
  faderGain,
  gainsOf,
  ingredients,
  MIXED,
  STRIPS,
  stripGain,
} from "./mixing";

const open: Desk = Object.fromEntries(STRIPS.map((strip) => [`${strip}_level`, 0]));

describe("faderGain", () => {
  it("is 1 at 0 dB, half at -6 dB and nothing at the lower end", () => {
    expect(faderGain(0)).toBe(1);
    expect(faderGain(-6.0206)).toBeCloseTo(0.5, 4);
    expect(faderGain(-60)).toBe(0);
  });
});

describe("crossfadeGains", () => {
  it("keeps the power and ends with one side alone", () => {
    for (const x of [0, 0.1, 0.5, 0.93, 1]) {
      const [a, b] = crossfadeGains(x);
      expect(a * a + b * b).toBeCloseTo(1, 9);
    }
    expect(crossfadeGains(0)).toEqual([1, 0]);
    expect(crossfadeGains(1)).toEqual([0, 1]);
  });
});

describe("stripGain", () => {
  it("is silent when muted, even when soloed", () => {
    const desk = { ...open, sample_1_mute: 1, sample_1_solo: 1 };
    expect(stripGain(desk, "sample_1")).toBe(0);
  });

  it("leaves the soloed strips alone", () => {
    const desk = { ...open, start_solo: 1, sample_2_solo: 1 };
    const heard = STRIPS.filter((strip) => stripGain(desk, strip) > 0);
    expect(heard).toEqual(["start", "sample_2"]);
  });
});

describe("gainsOf", () => {
  it("has the one deck whole wherever the crossfader stands", () => {
    expect(gainsOf({ ...open, crossfade: 0.9 }, [0]).decks[0]).toBe(1);
  });

  it("fades A and C against B and D, and their start clips with them", () => {
    const gains = gainsOf({ ...open, crossfade: 1, ab: 1 }, [0, 1, 2]);
    expect(gains.decks).toEqual([0, 1, 0, 0]);
    expect(gains.starts).toEqual([0, 1, 0, 0]);
    expect(gains.instead).toBe(1);
  });

  it("has a deck that is closed fall silent, wherever the crossfader stands", () => {
    expect(gainsOf({ ...open, crossfade: 0 }, [0]).decks).toEqual([1, 0, 0, 0]);
  });

  it("begins with the dream alone, before the desk has said anything", () => {
    const gains = gainsOf(MIXED, [0]);
    expect([gains.decks[0], gains.starts[0], gains.samples[0], gains.master]).toEqual([1, 0, 0, 1]);
  });
});

describe("ingredients", () => {
  it("are what is heard, at its level", () => {
    const desk = { ...open, start_level: -6, sample_2_mute: 1, sample_3_level: -60 };
    expect(ingredients(desk, "beat", ["bass", "pad", "drone", null])).toEqual([
      { id: "beat", level: expect.closeTo(-6, 9) },
      { id: "bass", level: 0 },
    ]);
    expect(ingredients(MIXED, "beat", [null, null, null, null])).toEqual([]);
  });
});
