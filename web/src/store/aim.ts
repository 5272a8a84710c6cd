import { computed, signal } from "@preact/signals";
import type { LayerShape, Range } from "../messages";
import { units, wholeLayer } from "../range";
import { type Chosen, combined, inverse, type Mode } from "../selecting/combine";
import { around, MOST_RANGES, type Piece, piecesOf, rangesOf, size } from "../selecting/pieces";
import type { DeckMessage } from "./addressed";
import { afterwards, gathered, HELD_MS, soon } from "./soon";

const WHOLE: Range["time"] = [0, 1];

/**
 * What the dream aims at, and the choice in the performer's hand.
 *
 * Where a new choice replaces the old, it is sent while it is being turned; so is a target that was
 * picked up from the list. Otherwise the choice is a draft until `apply` is called.
 */
export class Aim {
  readonly choice = signal<Range>(wholeLayer(""));
  readonly mode = signal<Mode>("replace");
  readonly targets = signal<readonly Range[]>([]);
  readonly layers = signal<readonly LayerShape[]>([]);
  /** the targets as a performer thinks of them: each may be several ranges */
  readonly pieces = computed(() => piecesOf(this.layers.value, this.targets.value));
  /** which of them was picked up, to be turned in its place */
  readonly held = signal<number | null>(null);
  #touched = -Infinity;
  /** what the server said while the performer turned the targets */
  #told: readonly Range[] | null = null;
  readonly #tellSoon: () => void;
  readonly #catchUp: () => void;

  constructor(
    private readonly send: (message: DeckMessage) => boolean,
    later: (callback: () => void) => void = soon,
    private readonly now: () => number = () => performance.now(),
    /** tells the performer one line */
    private readonly tell: (line: string) => void = () => {},
    afterHold: (callback: () => void) => void = afterwards,
  ) {
    this.#tellSoon = gathered(() => this.#tell(), later);
    this.#catchUp = gathered(() => {
      if (this.#told) this.follow(this.#told);
    }, afterHold);
  }

  /** Changes the choice in hand. */
  choose(change: Partial<Range>): void {
    this.choice.value = { ...this.choice.peek(), ...change };
    const choice = this.choice.peek();
    if (choice.weight === 0) return;
    const held = this.held.peek();
    if (held !== null) this.#replace(this.#with(held, choice), true);
    else if (this.mode.peek() === "replace") this.#replace([choice], true);
  }

  setMode(mode: Mode): void {
    this.mode.value = mode;
  }

  /** Does with the choice in hand what the mode says, where that is not done while it is turned. */
  apply(): void {
    const mode = this.mode.peek();
    this.held.value = null;
    if (mode === "add" || mode === "replace") this.add();
    else this.#combine(mode, chosenBy(this.layers.peek(), this.choice.peek()));
  }

  /** Adds the choice in hand to the targets. */
  add(): void {
    if (this.targets.peek().length >= MOST_RANGES) {
      this.tell(`There are ${MOST_RANGES} parts in the target already, which is the most.`);
      return;
    }
    this.#touched = this.now();
    this.targets.value = [...this.targets.peek(), this.choice.peek()];
    this.send({ type: "target", ranges: [this.choice.peek()], mode: "add" });
  }

  /** Takes neurons that were chosen by looking; the dial and the faders follow. */
  select(neurons: Uint8Array, time?: Range["time"]): void {
    const chosen = { neurons, time: time ?? WHOLE, weight: this.choice.peek().weight };
    this.held.value = null;
    this.#combine(this.mode.peek(), chosen);
    const fresh = combined("replace", this.layers.peek(), [], chosen);
    const largest = fresh.sort((a, b) => size(b) - size(a))[0];
    if (largest) this.choice.value = around(largest);
  }

  /** Targets all the rest of the targeted layers instead. */
  invert(): void {
    this.held.value = null;
    this.#say(inverse(this.pieces.peek()));
  }

  /** How strongly one target counts. */
  weigh(index: number, weight: number): void {
    const pieces = this.pieces.peek();
    const piece = pieces[index];
    if (!piece) return;
    const share = weight / piece.weight;
    const ranges = piece.ranges.map((range) => ({ ...range, weight: range.weight * share }));
    const all = pieces.flatMap((each, i) => (i === index ? ranges : each.ranges));
    if (this.held.peek() === index) this.choice.value = { ...this.choice.peek(), weight };
    this.#replace(all, true);
  }

  /** Takes one target out. */
  remove(index: number): void {
    this.held.value = null;
    this.#replace(this.pieces.peek().flatMap(({ ranges }, i) => (i === index ? [] : ranges)));
  }

  /** Picks a target up, to turn it where it is; once more lays it down. */
  recall(index: number): void {
    const piece = this.pieces.peek()[index];
    if (!piece) return;
    this.held.value = this.held.peek() === index ? null : index;
    this.choice.value = piece.ranges.length === 1 ? piece.ranges[0] : around(piece);
  }

  /** Makes sure that there is something to dream of. */
  ensure(): void {
    if (this.targets.peek().length === 0 && this.choice.peek().layer) this.add();
  }

  /** Lets go of the targets: the server's next ones hold. */
  release(): void {
    this.#touched = -Infinity;
  }

  /** Takes over the server's targets, but while the performer turns them. */
  follow(targets: readonly Range[]): void {
    this.#told = null;
    if (this.now() - this.#touched < HELD_MS) {
      this.#told = targets;
      this.#catchUp();
      return;
    }
    if (JSON.stringify(targets) === JSON.stringify(this.targets.peek())) return;
    this.targets.value = targets;
    this.held.value = null;
    if (targets.length === 1 && this.mode.peek() === "replace") this.choice.value = targets[0];
  }

  /** Another ear: a layer that it lacks is replaced by a fitting one. */
  fitTo(layers: readonly LayerShape[]): void {
    this.layers.value = layers;
    const names = layers.map(({ name }) => name);
    if (names.includes(this.choice.peek().layer) || layers.length === 0) return;
    this.held.value = null;
    const deep = names[Math.floor(layers.length * 0.6)];
    this.choice.value = { ...this.choice.peek(), layer: deep };
  }

  #combine(mode: Mode, chosen: Chosen): void {
    this.#say(combined(mode, this.layers.peek(), this.pieces.peek(), chosen));
  }

  #say(pieces: readonly Piece[]): void {
    const { ranges, left } = rangesOf(pieces);
    if (left > 0)
      this.tell(
        `A target has at most ${MOST_RANGES} parts: the largest were kept, ${left} of its neurons left out.`,
      );
    this.#replace(ranges);
  }

  #with(index: number, choice: Range): Range[] {
    return this.pieces.peek().flatMap(({ ranges }, i) => (i === index ? [choice] : ranges));
  }

  /** Sets all targets; while something is turned, they are told once in a moment. */
  #replace(ranges: Range[], turning = false): void {
    this.#touched = this.now();
    this.targets.value = ranges;
    if (turning) this.#tellSoon();
    else this.#tell();
  }

  #tell(): void {
    this.send({ type: "target", ranges: [...this.targets.peek()], mode: "replace" });
  }
}

/** The neurons that a range says. */
function chosenBy(layers: readonly LayerShape[], range: Range): Chosen {
  const last = layers[layers.length - 1];
  const neurons = new Uint8Array(last ? last.offset + last.channels * last.pitches : 0);
  const layer = layers.find(({ name }) => name === range.layer);
  if (layer) {
    const [first, end] = units(range.channel, layer.channels);
    const [low, high] = units(range.pitch, layer.pitches);
    for (let channel = first; channel < end; channel++) {
      const at = layer.offset + channel * layer.pitches;
      neurons.fill(1, at + low, at + high);
    }
  }
  return { neurons, time: range.time, weight: range.weight };
}
