import { signal } from "@preact/signals";

/**
 * How long it takes from the last turn of a control to the arrival of the loop that carries it.
 *
 * A turn becomes a generation of the deck's state, which the server tells, and a loop says with
 * which generation it was dreamed.
 */
export class Latency {
  /** in milliseconds; null until one was measured */
  readonly measured = signal<number | null>(null);
  #turnedAt: number | null = null;
  #wanted: number | null = null;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A control was turned. */
  turned(): void {
    this.#turnedAt = this.now();
    this.#wanted = null;
  }

  /** The server has told a state; where nothing is dreamed, no loop will carry it. */
  told(generation: number, running: boolean): void {
    if (this.#turnedAt === null) return;
    if (running) this.#wanted = generation;
    else this.#turnedAt = null;
  }

  /** A loop has come. */
  came(generation: number): void {
    if (this.#turnedAt === null || this.#wanted === null || generation < this.#wanted) return;
    this.measured.value = this.now() - this.#turnedAt;
    this.#turnedAt = null;
  }
}
