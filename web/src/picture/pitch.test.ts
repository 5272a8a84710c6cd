import { describe, expect, it } from "vitest";
import { frequencyAt, hertzText, noteOf, pitchText } from "./pitch";

describe("noteOf", () => {
  it("names notes as musicians do", () => {
    const notes = [440, 261.63, 277.2, 27.5, 4186, 16.35, 453];
    expect(notes.map(noteOf)).toEqual(["A4", "C4", "C♯4", "A0", "C8", "C0", "A♯4"]);
  });
});

describe("hertzText", () => {
  it("gives three digits", () => {
    expect([40, 87.307, 440, 2637, 12543.9].map(hertzText)).toEqual([
      "40\u00a0Hz",
      "87.3\u00a0Hz",
      "440\u00a0Hz",
      "2.64\u00a0kHz",
      "12.5\u00a0kHz",
    ]);
  });
});

describe("frequencyAt", () => {
  it("lies between two bins as a pitch does", () => {
    expect(frequencyAt([100, 400], 0.5)).toBeCloseTo(200, 9);
    expect(frequencyAt([100, 200, 400], 2)).toBe(400);
  });
});

describe("pitchText", () => {
  it("tells the middle of what is heard", () => {
    expect(pitchText([220, 440, 880], 0, 2)).toBe("440\u00a0Hz, A4");
  });
});
