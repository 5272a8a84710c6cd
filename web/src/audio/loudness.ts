import { BS1770, TruePeak } from "./truepeak";
import { Weighting } from "./weighting";

/** Loudness by ITU-R BS.1770-4 in LUFS, peaks in dBFS and dBTP; -Infinity for silence. */
export interface Levels {
  /** of the last 0.4 s */
  momentary: number;
  /** of the last 3 s */
  shortTerm: number;
  /** of everything since the last reset, passages of silence left out */
  integrated: number;
  /** since the last reading */
  peak: number;
  truePeak: number;
  /** the highest since the last reset */
  maximum: number;
}

/** What meters show before anything was heard. */
export const NO_LEVELS: Levels = {
  momentary: -Infinity,
  shortTerm: -Infinity,
  integrated: -Infinity,
  peak: -Infinity,
  truePeak: -Infinity,
  maximum: -Infinity,
};

/** Energies are gathered in steps of 50 ms, eight of which are one block of the recommendation. */
const STEPS_A_SECOND = 20;
const BLOCK = 8;
const SHORT_TERM = 60;
/** A block begins every 100 ms. */
const HOP = 2;
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
/** Blocks are counted by loudness, 0.01 LU apart: any length of performance in the same memory. */
const FINENESS = 100;
const LOUDEST = 30;
const BINS = (LOUDEST - ABSOLUTE_GATE) * FINENESS;

/** Meters a mono signal. `push` and `read` allocate nothing. */
export class Loudness {
  readonly #weighting: Weighting;
  readonly #truePeaks = new TruePeak(BS1770);
  readonly #stepLength: number;
  readonly #steps = new Float64Array(SHORT_TERM);
  readonly #energies = new Float64Array(BINS);
  readonly #counts = new Float64Array(BINS);
  readonly #levels: Levels = { ...NO_LEVELS };
  #energy = 0;
  #filled = 0;
  #stepped = 0;
  #peak = 0;
  #truePeak = 0;
  #maximum = 0;

  constructor(rate: number) {
    this.#weighting = new Weighting(rate);
    this.#stepLength = Math.round(rate / STEPS_A_SECOND);
  }

  push(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      // What is not finite would stay in the filters for ever.
      const sample = Number.isFinite(samples[i]) ? samples[i] : 0;
      const size = Math.abs(sample);
      if (size > this.#peak) this.#peak = size;
      const between = this.#truePeaks.push(sample);
      if (between > this.#truePeak) this.#truePeak = between;
      const weighted = this.#weighting.push(sample);
      this.#energy += weighted * weighted;
      if (++this.#filled === this.#stepLength) this.#step();
    }
  }

  /** The present levels: the same object at every call. */
  read(): Levels {
    const levels = this.#levels;
    levels.momentary = lufs(this.#mean(BLOCK));
    levels.shortTerm = lufs(this.#mean(SHORT_TERM));
    levels.peak = decibels(this.#peak);
    levels.truePeak = decibels(this.#truePeak);
    this.#maximum = Math.max(this.#maximum, this.#truePeak);
    levels.maximum = decibels(this.#maximum);
    this.#peak = 0;
    this.#truePeak = 0;
    return levels;
  }

  /** Begins integrated loudness and the maximum anew. */
  reset(): void {
    this.#energies.fill(0);
    this.#counts.fill(0);
    this.#maximum = 0;
    this.#levels.integrated = -Infinity;
  }

  #step(): void {
    this.#steps[this.#stepped % SHORT_TERM] = this.#energy / this.#stepLength;
    this.#energy = 0;
    this.#filled = 0;
    this.#stepped++;
    if (this.#stepped < BLOCK || (this.#stepped - BLOCK) % HOP !== 0) return;
    const block = this.#mean(BLOCK);
    const loudness = lufs(block);
    if (!(loudness > ABSOLUTE_GATE)) return;
    const bin = Math.min(BINS - 1, Math.floor((loudness - ABSOLUTE_GATE) * FINENESS));
    this.#energies[bin] += block;
    this.#counts[bin]++;
    this.#levels.integrated = this.#integrated();
  }

  #integrated(): number {
    const gate = lufs(this.#meanFrom(0)) + RELATIVE_GATE;
    const first = Math.ceil((gate - ABSOLUTE_GATE) * FINENESS);
    return lufs(this.#meanFrom(Math.max(0, first)));
  }

  #meanFrom(first: number): number {
    let energy = 0;
    let count = 0;
    for (let bin = first; bin < BINS; bin++) {
      energy += this.#energies[bin];
      count += this.#counts[bin];
    }
    return count === 0 ? 0 : energy / count;
  }

  /** Mean of the last `count` steps; what was before the beginning is silence. */
  #mean(count: number): number {
    let sum = 0;
    for (let k = 1; k <= Math.min(count, this.#stepped); k++)
      sum += this.#steps[(this.#stepped - k) % SHORT_TERM];
    return sum / count;
  }
}

function lufs(energy: number): number {
  return energy > 0 ? -0.691 + 10 * Math.log10(energy) : -Infinity;
}

function decibels(magnitude: number): number {
  return magnitude > 0 ? 20 * Math.log10(magnitude) : -Infinity;
}
