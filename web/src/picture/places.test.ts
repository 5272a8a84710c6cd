import { describe, expect, it } from "vitest";
import { mixed, momentAt, placesAt, travelled, WHOLE } from "./places";

const header = { type: "layout", hash: "x", snapshots: 2, vertices: 1, kind: "laid" } as const;
const layout = { header, positions: new Int16Array([0, WHOLE, WHOLE, -WHOLE]) };

describe("momentAt", () => {
  it("goes round: from the last snapshot back to the first", () => {
    expect(momentAt(4, 0)).toEqual({ before: 0, after: 1, share: 0 });
    expect(momentAt(4, 0.375)).toEqual({ before: 1, after: 2, share: 0.5 });
    expect(momentAt(4, 0.875)).toEqual({ before: 3, after: 0, share: 0.5 });
    expect(momentAt(4, 1)).toEqual(momentAt(4, 0));
    expect(momentAt(1, 0.3)).toMatchObject({ before: 0, after: 0 });
  });
});

describe("placesAt", () => {
  it("stands on the snapshots and travels straight in between", () => {
    expect([...placesAt(layout, 0)]).toEqual([0, 1]);
    expect([...placesAt(layout, 0.5)]).toEqual([1, -1]);
    expect([...placesAt(layout, 0.25)]).toEqual([0.5, 0]);
    expect([...placesAt(layout, 0.75)]).toEqual([0.5, 0]);
  });
});

describe("travelled", () => {
  it("begins and ends gently, and stays where it is then", () => {
    expect(travelled(1000, 900)).toBe(0);
    expect(travelled(1000, 2000)).toBeCloseTo(0.5);
    expect(travelled(1000, 1100)).toBeLessThan(0.01);
    expect(travelled(1000, 3000)).toBe(1);
    expect(travelled(Number.NEGATIVE_INFINITY, 0)).toBe(1);
  });

  it("moves every vertex", () => {
    const [from, to] = [new Float32Array([0, 1]), new Float32Array([1, 0])];
    expect([...mixed(from, to, 0.25)]).toEqual([0.25, 0.75]);
  });
});
