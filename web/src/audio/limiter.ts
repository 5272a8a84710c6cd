import { FinePeak } from "./finepeak";
import { RunningMean, RunningMinimum } from "./hold";

/** No true peak leaves the limiter above this. */
export const CEILING_DB = -1;
/** Frames by which what comes out lags behind what goes in, at any rate. */
export const LATENCY_FRAMES = 256;

export interface LimiterReport {
  /** the most that the sound was turned down since the last report, in dB, 0 or above */
  reduction: number;
  /** samples since the start that were not finite and were replaced by silence */
  broken: number;
}

/** Where it limits, it aims this much lower: meters of true peaks differ by about as much. */
const MARGIN_DB = 0.2;
/** A louder sample than this is an accident; it is cut before it can reach the arithmetic. */
const LOUDEST = 100;
/** The gain stays where a peak needs it for so many samples before and after the peak. */
const GUARD = 8;
const LOOK_AHEAD = LATENCY_FRAMES - new FinePeak().delay;
const SMOOTHING = Math.floor((LOOK_AHEAD - GUARD + 2) / 2);
const FAST_SECONDS = 0.04;
const SLOW_IN_SECONDS = 0.3;
const SLOW_OUT_SECONDS = 0.6;
/** 0.001 dB: so near to 1, the gain becomes 1, and the sound passes bit for bit. */
const NEARLY = 1e-4;

/**
 * A look-ahead limiter of true peaks for one or more channels, which share their gain.
 *
 * The gain that each peak needs is held for longer than the smoothing that follows (two means in a
 * row), so that the smoothed gain has arrived when the peak does. Going up, it follows a slow
 * average of what was needed: after one beat it is back in a moment, within a loud passage it stays
 * down, instead of breathing with every beat. `process` allocates nothing.
 */
export class Limiter {
  readonly #ceiling = 10 ** (CEILING_DB / 20);
  readonly #aim = 10 ** ((CEILING_DB - MARGIN_DB) / 20);
  readonly #peaks: FinePeak[];
  readonly #delays: Float32Array[];
  readonly #hold = new RunningMinimum(LOOK_AHEAD + GUARD + 1);
  readonly #smooth = [new RunningMean(SMOOTHING, 1), new RunningMean(SMOOTHING, 1)];
  readonly #fast: number;
  readonly #slowIn: number;
  readonly #slowOut: number;
  readonly #report: LimiterReport = { reduction: 0, broken: 0 };
  #needed = 1;
  #slow = 1;
  #gain = 1;
  #at = 0;
  #lowest = 1;
  #broken = 0;

  constructor(rate: number, channels = 1) {
    this.#peaks = Array.from({ length: channels }, () => new FinePeak());
    this.#delays = Array.from({ length: channels }, () => new Float32Array(LATENCY_FRAMES));
    const coefficient = (seconds: number) => 1 - Math.exp(-1 / (seconds * rate));
    this.#fast = coefficient(FAST_SECONDS);
    this.#slowIn = coefficient(SLOW_IN_SECONDS);
    this.#slowOut = coefficient(SLOW_OUT_SECONDS);
  }

  /** One block, a list of channels each; a channel that is missing is silent. */
  process(inputs: readonly Float32Array[], outputs: readonly Float32Array[]): void {
    const count = outputs[0].length;
    for (let i = 0; i < count; i++) {
      let peak = 0;
      for (let c = 0; c < this.#peaks.length; c++) {
        const sample = inputs[c] ? this.#clean(inputs[c][i]) : 0;
        peak = Math.max(peak, this.#peaks[c].push(sample));
        const delayed = this.#delays[c][this.#at];
        this.#delays[c][this.#at] = sample;
        outputs[c][i] = delayed;
      }
      const gain = this.#follow(peak);
      if (gain < 1)
        for (let c = 0; c < this.#peaks.length; c++)
          outputs[c][i] = this.#cut(gain * outputs[c][i]);
      this.#at = this.#at + 1 === LATENCY_FRAMES ? 0 : this.#at + 1;
    }
  }

  /** The same object at every call. */
  report(): LimiterReport {
    this.#report.reduction = this.#lowest < 1 ? -20 * Math.log10(this.#lowest) : 0;
    this.#report.broken = this.#broken;
    this.#lowest = 1;
    return this.#report;
  }

  #clean(sample: number): number {
    if (Number.isFinite(sample)) return Math.max(-LOUDEST, Math.min(LOUDEST, sample));
    this.#broken++;
    return 0;
  }

  /** The gain for the sample that leaves now, given the peak that is seen ahead of it. */
  #follow(peak: number): number {
    const needed = peak <= this.#ceiling ? 1 : this.#aim / peak;
    // A peak between two samples concerns both.
    const held = this.#hold.push(Math.min(needed, this.#needed));
    this.#needed = needed;
    this.#slow += (held - this.#slow) * (held < this.#slow ? this.#slowIn : this.#slowOut);
    if (held === 1 && this.#slow > 1 - NEARLY) this.#slow = 1;
    if (held <= this.#gain) this.#gain = held;
    else {
      const up = Math.min(held, this.#slow) - this.#gain;
      if (up > 0) this.#gain += up * this.#fast;
      if (held === 1 && this.#slow === 1 && this.#gain > 1 - NEARLY) this.#gain = 1;
    }
    const gain = this.#smooth[1].push(this.#smooth[0].push(this.#gain));
    if (gain < this.#lowest) this.#lowest = gain;
    return gain;
  }

  #cut(sample: number): number {
    return Math.max(-this.#ceiling, Math.min(this.#ceiling, sample));
  }
}
