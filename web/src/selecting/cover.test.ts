import { describe, expect, it } from "vitest";
import { area, cover, type Rectangle } from "./cover";

function cellsOf(rows: string[]): Uint8Array {
  return Uint8Array.from(rows.join(""), (each) => (each === "#" ? 1 : 0));
}

/** How often each cell is covered. */
function drawn(rectangles: Rectangle[], count: number, columns: number): Uint8Array {
  const out = new Uint8Array(count);
  for (const { top, bottom, left, right } of rectangles)
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) out[y * columns + x]++;
  return out;
}

/** The fewest rectangles by trying all ways: the reference for small sets. */
function fewest(cells: Uint8Array, columns: number): number {
  const rows = cells.length / columns;
  const first = cells.indexOf(1);
  if (first < 0) return 0;
  const [x, y] = [first % columns, Math.floor(first / columns)];
  let best = Infinity;
  for (let right = x + 1; right <= columns && cells[y * columns + right - 1]; right++)
    for (let bottom = y + 1; bottom <= rows; bottom++) {
      const row = cells.subarray((bottom - 1) * columns + x, (bottom - 1) * columns + right);
      if (row.includes(0)) break;
      const rest = cells.slice();
      for (let at = y; at < bottom; at++) rest.fill(0, at * columns + x, at * columns + right);
      best = Math.min(best, 1 + fewest(rest, columns));
    }
  return best;
}

/** Numbers that are the same at each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("cover", () => {
  it("needs one rectangle for one, and none for nothing", () => {
    expect(cover(cellsOf(["....", ".##.", ".##."]), 4)).toEqual([
      { top: 1, bottom: 3, left: 1, right: 3 },
    ]);
    expect(cover(new Uint8Array(12), 4)).toEqual([]);
    expect(cover(new Uint8Array(512).fill(1), 1)).toHaveLength(1);
  });

  it("cuts where one cut serves two corners", () => {
    // A plus needs three; by rows alone it is three, a ring four, an H three.
    expect(cover(cellsOf([".#.", "###", ".#."]), 3)).toHaveLength(3);
    expect(cover(cellsOf(["###", "#.#", "###"]), 3)).toHaveLength(4);
    expect(cover(cellsOf(["#.#", "###", "#.#"]), 3)).toHaveLength(3);
    expect(cover(cellsOf(["#..#", "####", "####", "#..#"]), 4)).toHaveLength(3);
    expect(cover(cellsOf(["##.", "##.", ".##", ".##"]), 3)).toHaveLength(2);
  });

  it("is exactly the set, nothing twice, with no more than are needed", () => {
    for (let seed = 0; seed < 400; seed++) {
      const next = random(seed);
      const columns = 1 + Math.floor(4 * next());
      const density = 0.3 + 0.6 * next();
      const cells = Uint8Array.from({ length: columns * 4 }, () => (next() < density ? 1 : 0));
      const found = cover(cells, columns);
      expect(drawn(found, cells.length, columns)).toEqual(cells);
      expect(found.length, `seed ${seed}`).toBe(fewest(cells, columns));
    }
  });

  it("is exact for whole layers, in a moment", () => {
    const next = random(7);
    const begun = performance.now();
    for (const [count, columns] of [
      [512 * 5, 5],
      [128 * 29, 29],
      [512, 1],
      [16 * 107, 107],
    ]) {
      const cells = Uint8Array.from({ length: count }, () => (next() < 0.8 ? 1 : 0));
      const found = cover(cells, columns);
      expect(drawn(found, count, columns)).toEqual(cells);
      expect(found.reduce((sum, each) => sum + area(each), 0)).toBe(
        cells.reduce((sum, each) => sum + each, 0),
      );
    }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
