import { signal } from "@preact/signals";
import type { Range } from "../messages";
import { wholeLayer } from "../range";
import type { DeckMessage } from "./addressed";
import { soon } from "./soon";

export type AimMode = "replace" | "add";
const HELD_MS = 700;

/**
 * What the dream aims at, and the choice in the performer's hand.
 *
 * Where a new choice replaces the old, it is sent while it is being turned. Where it adds, it is a
 * draft until `add` is called.
 */
export class Aim {
  readonly choice = signal<Range>(wholeLayer(""));
  readonly mode = signal<AimMode>("replace");
  readonly targets = signal<readonly Range[]>([]);
  #touched = -Infinity;
  #scheduled = false;

  constructor(
    private readonly send: (message: DeckMessage) => boolean,
    private readonly later: (callback: () => void) => void = soon,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Changes the choice in hand. */
  choose(change: Partial<Range>): void {
    this.choice.value = { ...this.choice.peek(), ...change };
    if (this.mode.peek() !== "replace" || this.choice.peek().weight === 0) return;
    this.#touched = this.now();
    this.targets.value = [this.choice.peek()];
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.later(() => {
      this.#scheduled = false;
      this.#tell(this.targets.peek(), "replace");
    });
  }

  setMode(mode: AimMode): void {
    this.mode.value = mode;
  }

  /** Adds the choice in hand to the targets. */
  add(): void {
    this.#touched = this.now();
    this.targets.value = [...this.targets.peek(), this.choice.peek()];
    this.#tell([this.choice.peek()], "add");
  }

  remove(index: number): void {
    this.#touched = this.now();
    this.targets.value = this.targets.peek().filter((_, i) => i !== index);
    this.#tell(this.targets.peek(), "replace");
  }

  /** Takes a target's ranges into the hand, to go on from there. */
  recall(index: number): void {
    this.choice.value = this.targets.peek()[index];
  }

  /** Makes sure that there is something to dream of. */
  ensure(): void {
    if (this.targets.peek().length === 0 && this.choice.peek().layer) this.add();
  }

  /** Takes over the server's targets, but while the performer turns them. */
  follow(targets: readonly Range[]): void {
    if (this.now() - this.#touched < HELD_MS) return;
    this.targets.value = targets;
    if (targets.length === 1 && this.mode.peek() === "replace") this.choice.value = targets[0];
  }

  /** Another ear: a layer that it lacks is replaced by a fitting one. */
  fitTo(layers: readonly string[]): void {
    if (layers.includes(this.choice.peek().layer) || layers.length === 0) return;
    const deep = layers[Math.floor(layers.length * 0.6)];
    this.choice.value = { ...this.choice.peek(), layer: deep };
  }

  #tell(ranges: readonly Range[], mode: AimMode): void {
    this.send({ type: "target", ranges: [...ranges], mode });
  }
}
