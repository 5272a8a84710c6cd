import type { Loop } from "../protocol/frame";
import { fitted } from "./fitting";
import { resampleLoop } from "./resample";
import type { Sound } from "./wav";

/** A sound made to go with loops of `length` frames. */
export interface Fitted extends Loop {
  sound: Sound;
  length: number;
}

/** A sample in the mixer: a sound, and what it is beside loops of the present length. */
export class Slot {
  #sound: Sound | null = null;
  #fitted: Fitted | null = null;

  constructor(private readonly rate: number) {}

  load(sound: Sound | null): void {
    this.#sound = sound;
    this.#fitted = null;
  }

  /** The sample beside loops of `length` frames at the context's rate; null while it is empty. */
  fit(length: number): Fitted | null {
    const sound = this.#sound;
    if (!sound) return null;
    if (this.#fitted?.length !== length) {
      const own = resampleLoop(sound.samples, sound.rate, this.rate);
      const loop = plainLoop(fitted(own, length, this.rate), this.rate);
      this.#fitted = { ...loop, sound, length };
    }
    return this.#fitted;
  }
}

/** A sound that no ear has heard, as a loop. */
export function plainLoop(samples: Float32Array<ArrayBuffer>, rate: number): Loop {
  const header = {
    type: "loop" as const,
    deck: 0,
    id: 0,
    generation: 0,
    kind: "start" as const,
    sample_rate: rate,
    samples: samples.length,
    quarters: null,
    activation: null,
    step: 0,
    layers: [],
  };
  return { header, samples, activations: new Uint8Array(0) };
}
