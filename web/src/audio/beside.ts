import type { Loop } from "../protocol/frame";
import { Companion, type CompanionEvents, type Led } from "./companion";
import type { Mixer } from "./mixer";
import { DECKS, SAMPLES } from "./mixing";
import { type Fitted, Slot } from "./slot";
import type { Sound } from "./wav";

/** What is said of the sounds, by their places in the mixer: `start_N` of a deck, `sample_N`. */
export interface BesideEvents {
  onStart(place: string, loop: Loop, frame: number, fade: number, into: number): void;
  onSample(place: string, loop: Fitted, frame: number, fade: number, into: number): void;
  onSilence(place: string, frame: number): void;
}

/**
 * What sounds beside the dreams: the start clip of each deck, and the samples. Samples keep to the
 * first deck that plays.
 */
export class Beside {
  readonly #starts: Companion[];
  readonly #samples: Companion<Fitted>[];
  readonly #slots: Slot[];
  /** the start clip that each loop was dreamed from */
  readonly #origins = new WeakMap<Loop, Loop>();
  readonly #latest: (Loop | null)[] = DECKS.map(() => null);

  constructor(mixer: Mixer, rate: number, events: BesideEvents) {
    const { onStart, onSample, onSilence } = events;
    const at = <L extends Loop>(
      place: string,
      bus: AudioNode,
      onSounds: (place: string, ...what: Parameters<CompanionEvents<L>["onSounds"]>) => void,
    ) =>
      new Companion<L>(bus, {
        onSounds: (...what) => onSounds(place, ...what),
        onSilence: (frame) => onSilence(place, frame),
      });
    this.#starts = DECKS.map((_, deck) => at(`start_${deck}`, mixer.start(deck), onStart));
    const slots = Array.from({ length: SAMPLES }, (_, k) => k);
    this.#samples = slots.map((slot) => at(`sample_${slot}`, mixer.sample(slot), onSample));
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
