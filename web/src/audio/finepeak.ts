import { type Interpolation, sincInterpolation } from "./truepeak";

/**
 * The envelope of one channel at eight places a sample, for a limiter that must not miss a peak.
 *
 * The value half way to the next sample takes a long filter, which is flat to near half the sample
 * rate. What is between those has no high frequencies left, so short ones will do: this is as sharp
 * as eight long filters, at a third of the price.
 */
export class FinePeak {
  /** samples by which an answer lags behind what was pushed */
  readonly delay = LONG / 2 + SHORT / 4;
  /** both written twice, so that the newest lie in one piece */
  readonly #samples = new Float64Array(2 * LONG);
  readonly #halves = new Float64Array(2 * SHORT);
  #at = 0;
  #atHalf = 0;

  /** Takes a sample; the largest magnitude from the sample `delay` ago to the one after it. */
  push(sample: number): number {
    const samples = this.#samples;
    this.#at = this.#at === 0 ? LONG - 1 : this.#at - 1;
    const newest = this.#at;
    const oldest = newest + LONG - 1;
    samples[newest] = sample;
    samples[newest + LONG] = sample;
    let between = 0;
    for (let i = 0; i < LONG / 2; i++)
      between += HALF_WAY[i] * (samples[newest + i] + samples[oldest - i]);
    const before = this.#pushHalf(samples[newest + LONG / 2]);
    return Math.max(before, this.#pushHalf(between));
  }

  #pushHalf(value: number): number {
    const halves = this.#halves;
    this.#atHalf = this.#atHalf === 0 ? SHORT - 1 : this.#atHalf - 1;
    const newest = this.#atHalf;
    halves[newest] = value;
    halves[newest + SHORT] = value;
    let highest = Math.abs(halves[newest + SHORT / 2]);
    for (let p = 0; p < QUARTERS.phases.length; p++) {
      const phase = QUARTERS.phases[p];
      let sum = 0;
      for (let i = 0; i < SHORT; i++) sum += phase[i] * halves[newest + i];
      const size = Math.abs(sum);
      if (size > highest) highest = size;
    }
    return highest;
  }
}

const LONG = 80;
const SHORT = 12;
/** Symmetric: the first half says it all. */
const HALF_WAY = sincInterpolation(2, LONG, 4).phases[0];
const QUARTERS: Interpolation = sincInterpolation(4, SHORT, 6);
