import type { Corner, Walls } from "./cover";

/** A cut from one inner corner to another that faces it: to the right, or downwards. */
export interface Chord {
  x: number;
  y: number;
  toX: number;
  toY: number;
}

/** The chords of a set of cells, and which of them can be drawn without meeting. */
export class MatchedChords {
  readonly #across: Chord[] = [];
  readonly #down: Chord[] = [];
  /** of each chord across, the chords down that it meets */
  readonly #meets: number[][];
  /** of each chord down and across, whom it is paired with, or -1 */
  readonly #ofDown: Int32Array;
  readonly #ofAcross: Int32Array;

  constructor(corners: readonly Corner[], walls: Walls) {
    const at = new Map(
      corners.map((corner) => [corner.y * (walls.columns + 1) + corner.x, corner]),
    );
    const corner = (x: number, y: number) => at.get(y * (walls.columns + 1) + x);
    for (const { x, y, right, down } of corners) {
      if (right) {
        let toX = x;
        while (walls.insideRight(toX, y) && !corner(++toX, y));
        if (toX > x && corner(toX, y)?.right === false) this.#across.push({ x, y, toX, toY: y });
      }
      if (down) {
        let toY = y;
        while (walls.insideDown(x, toY) && !corner(x, ++toY));
        if (toY > y && corner(x, toY)?.down === false) this.#down.push({ x, y, toX: x, toY });
      }
    }
    this.#meets = this.#across.map((one) =>
      this.#down.flatMap((other, number) => (meet(one, other) ? [number] : [])),
    );
    this.#ofDown = new Int32Array(this.#down.length).fill(-1);
    this.#ofAcross = new Int32Array(this.#across.length).fill(-1);
    this.#across.forEach((_, number) => {
      this.#pair(number, new Set());
    });
  }

  /** As many chords as there can be of which no two meet (Kőnig: all but a smallest cover). */
  apart(): Chord[] {
    const reachedAcross = new Set<number>();
    const reachedDown = new Set<number>();
    const waiting = [...this.#across.keys()].filter((number) => this.#ofAcross[number] < 0);
    while (waiting.length > 0) {
      const number = waiting.pop() as number;
      if (reachedAcross.has(number)) continue;
      reachedAcross.add(number);
      for (const down of this.#meets[number]) {
        reachedDown.add(down);
        if (this.#ofDown[down] >= 0) waiting.push(this.#ofDown[down]);
      }
    }
    return [
      ...this.#across.filter((_, number) => reachedAcross.has(number)),
      ...this.#down.filter((_, number) => !reachedDown.has(number)),
    ];
  }

  /** Pairs a chord across with one down that it meets, moving others; whether that can be. */
  #pair(across: number, tried: Set<number>): boolean {
    for (const down of this.#meets[across]) {
      if (tried.has(down)) continue;
      tried.add(down);
      if (this.#ofDown[down] < 0 || this.#pair(this.#ofDown[down], tried)) {
        this.#ofDown[down] = across;
        this.#ofAcross[across] = down;
        return true;
      }
    }
    return false;
  }
}

function meet(across: Chord, down: Chord): boolean {
  return across.x <= down.x && down.x <= across.toX && down.y <= across.y && across.y <= down.toY;
}
