import type { Loop } from "../protocol/frame";
import { Companion, type Led } from "./companion";
import type { Mixer } from "./mixer";
import { DECKS, SAMPLES } from "./mixing";
import { Slot } from "./slot";
import type { Sound } from "./wav";

/**
 * What sounds beside the dreams: the start clip of each deck, and the samples. Samples keep to the
 * first deck that plays.
 */
export class Beside {
  readonly #starts: Companion[];
  readonly #samples: Companion[];
  readonly #slots: Slot[];
  /** the start clip that each loop was dreamed from */
  readonly #origins = new WeakMap<Loop, Loop>();
  readonly #latest: (Loop | null)[] = DECKS.map(() => null);

  constructor(mixer: Mixer, rate: number) {
    this.#starts = DECKS.map((_, deck) => new Companion(mixer.start(deck)));
    const slots = Array.from({ length: SAMPLES }, (_, k) => k);
    this.#samples = slots.map((slot) => new Companion(mixer.sample(slot)));
    this.#slots = slots.map(() => new Slot(rate));
  }

  /** A loop has come for a deck: those that follow a start clip were dreamed from it. */
  note(deck: number, loop: Loop): void {
    if (loop.header.kind === "start") this.#latest[deck] = loop;
    const origin = this.#latest[deck];
    if (origin) this.#origins.set(loop, origin);
  }

  load(slot: number, sound: Sound | null): void {
    this.#slots[slot].load(sound);
  }

  /** What sounds in a slot, as it was fitted. */
  sampleAt(slot: number): Loop | null {
    return this.#samples[slot].loop;
  }

  startAt(deck: number): Loop | null {
    return this.#starts[deck].loop;
  }

  /** `lanes` by deck, null where none plays; called often, `now` is a frame of the context. */
  tick(now: number, lanes: readonly (Led | null)[]): void {
    this.#starts.forEach((companion, deck) => {
      const led = lanes[deck];
      if (led) companion.tick(now, led, (_, loop) => this.#origins.get(loop) ?? null);
      else companion.stop();
    });
    const first = lanes.find((led) => led);
    this.#samples.forEach((companion, slot) => {
      if (first) companion.tick(now, first, (length) => this.#slots[slot].fit(length));
      else companion.stop();
    });
  }
}
