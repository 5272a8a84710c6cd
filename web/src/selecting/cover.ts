import { MatchedChords } from "./chords";

/** Units `first` to `end` (exclusive) of two axes: rows are channels, columns are pitches. */
export interface Rectangle {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export function area({ top, bottom, left, right }: Rectangle): number {
  return (bottom - top) * (right - left);
}

/**
 * The fewest rectangles that together are exactly the cells which are not zero, none twice; `cells`
 * are rows of `columns`.
 *
 * Every inner corner needs a cut from it. One cut serves two corners that face each other; the most
 * such cuts of which no two meet are the best to begin with (Ohtsuki 1982). The remaining corners
 * are cut along their row.
 */
export function cover(cells: ArrayLike<number>, columns: number): Rectangle[] {
  const walls = new Walls(cells, columns);
  const corners = walls.corners();
  const chords = new MatchedChords(corners, walls);
  for (const { x, y, toX, toY } of chords.apart()) walls.draw(x, y, toX, toY);
  for (const { x, y, right } of corners) if (!walls.touches(x, y)) walls.extend(x, y, right);
  return walls.rectangles();
}

/** An inner corner: three of the four cells around a point. Cuts go on where the cells are. */
export interface Corner {
  x: number;
  y: number;
  /** whether the cut along the row goes to the right, that along the column downwards */
  right: boolean;
  down: boolean;
}

/** Cells and the cuts between them, on the lattice of the cells' corners. */
export class Walls {
  readonly rows: number;
  readonly #above: Uint8Array;
  readonly #beside: Uint8Array;

  constructor(
    private readonly cells: ArrayLike<number>,
    readonly columns: number,
  ) {
    this.rows = columns > 0 ? cells.length / columns : 0;
    // A cut above cell (x, y) and one to its left, with a row and a column more than there are cells.
    this.#above = new Uint8Array((columns + 1) * (this.rows + 1));
    this.#beside = new Uint8Array((columns + 1) * (this.rows + 1));
  }

  filled(x: number, y: number): boolean {
    return (
      x >= 0 &&
      y >= 0 &&
      x < this.columns &&
      y < this.rows &&
      this.cells[y * this.columns + x] !== 0
    );
  }

  /** Whether the step from (x, y) to the right, or downwards, has cells on both sides. */
  insideRight(x: number, y: number): boolean {
    return this.filled(x, y - 1) && this.filled(x, y);
  }

  insideDown(x: number, y: number): boolean {
    return this.filled(x - 1, y) && this.filled(x, y);
  }

  corners(): Corner[] {
    const found: Corner[] = [];
    for (let y = 1; y < this.rows; y++)
      for (let x = 1; x < this.columns; x++) {
        const around = [this.filled(x - 1, y - 1), this.filled(x, y - 1)];
        around.push(this.filled(x - 1, y), this.filled(x, y));
        if (around.filter(Boolean).length !== 3) continue;
        const missing = around.indexOf(false);
        found.push({ x, y, right: missing % 2 === 0, down: missing < 2 });
      }
    return found;
  }

  /** Cuts from one point of the lattice to another, to the right or downwards. */
  draw(x: number, y: number, toX: number, toY: number): void {
    for (let at = x; at < toX; at++) this.#above[y * (this.columns + 1) + at] = 1;
    for (let at = y; at < toY; at++) this.#beside[at * (this.columns + 1) + x] = 1;
  }

  /** Cuts along the row from (x, y) on, as far as the cells or another cut. */
  extend(x: number, y: number, right: boolean): void {
    let at = x;
    do {
      const cell = right ? at : at - 1;
      if (!this.insideRight(cell, y)) return;
      this.#above[y * (this.columns + 1) + cell] = 1;
      at += right ? 1 : -1;
    } while (!this.#crossed(at, y));
  }

  /** Whether a cut begins, ends or goes by at a point. */
  touches(x: number, y: number): boolean {
    const at = y * (this.columns + 1) + x;
    return this.#above[at] + this.#above[at - 1] > 0 || this.#crossed(x, y);
  }

  /** The pieces that the cuts leave, from the top left. */
  rectangles(): Rectangle[] {
    const taken = new Uint8Array(this.cells.length);
    const found: Rectangle[] = [];
    for (let y = 0; y < this.rows; y++)
      for (let x = 0; x < this.columns; x++) {
        if (!this.filled(x, y) || taken[y * this.columns + x]) continue;
        let right = x + 1;
        while (this.filled(right, y) && !this.#beside[y * (this.columns + 1) + right]) right++;
        let bottom = y + 1;
        while (this.filled(x, bottom) && !this.#above[bottom * (this.columns + 1) + x]) bottom++;
        for (let row = y; row < bottom; row++)
          taken.fill(1, row * this.columns + x, row * this.columns + right);
        found.push({ top: y, bottom, left: x, right });
      }
    return found;
  }

  #crossed(x: number, y: number): boolean {
    const at = y * (this.columns + 1) + x;
    return this.#beside[at] + (y > 0 ? this.#beside[at - this.columns - 1] : 0) > 0;
  }
}
