/**
 * True peaks: the largest magnitude between the samples, by interpolation.
 *
 * A filter is a list of phases: each gives the signal's value at another place between two
 * neighbouring samples, from the `taps` samples around them.
 */
export interface Interpolation {
  taps: number;
  phases: readonly Float64Array[];
}

// The interpolating filter of ITU-R BS.1770-4, annex 2: two of its four phases, the others are
// these reversed.
const PHASE_0 = [
  0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625,
  0.97216796875, -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const PHASE_1 = [
  -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625,
  0.77978515625, -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];

/** Four times oversampled, as the recommendation has it: what a meter shows. */
export const BS1770: Interpolation = {
  taps: 12,
  phases: [PHASE_0, PHASE_1, [...PHASE_1].reverse(), [...PHASE_0].reverse()].map((phase) =>
    Float64Array.from(phase),
  ),
};

/**
 * A windowed sinc at `oversampling` - 1 places between two samples: the flatter towards half the
 * sample rate, the more `taps` and the smaller the window's `beta`.
 */
export function sincInterpolation(oversampling: number, taps: number, beta = 5): Interpolation {
  const half = taps / 2;
  const phases = Array.from({ length: oversampling - 1 }, (_, k) => {
    const place = (k + 1) / oversampling;
    return Float64Array.from({ length: taps }, (_, i) => {
      // Tap i meets the sample that is i places older than the newest.
      const x = i - half + place;
      return sinc(x) * kaiser(x / half, beta);
    });
  });
  return { taps, phases };
}

/** The running envelope of one channel. */
export class TruePeak {
  /** samples by which an answer lags behind what was pushed */
  readonly delay: number;
  readonly #filter: Interpolation;
  /** written twice, so that the newest `taps` samples always lie in one piece */
  readonly #history: Float64Array;
  #at = 0;

  constructor(filter: Interpolation) {
    this.#filter = filter;
    this.delay = filter.taps / 2;
    this.#history = new Float64Array(2 * filter.taps);
  }

  /** Takes a sample; the largest magnitude from the sample `delay` ago to the one after it. */
  push(sample: number): number {
    const { taps, phases } = this.#filter;
    const history = this.#history;
    this.#at = this.#at === 0 ? taps - 1 : this.#at - 1;
    const newest = this.#at;
    history[newest] = sample;
    history[newest + taps] = sample;
    let highest = Math.abs(history[newest + this.delay]);
    for (let p = 0; p < phases.length; p++) {
      const phase = phases[p];
      let sum = 0;
      for (let i = 0; i < taps; i++) sum += phase[i] * history[newest + i];
      const size = Math.abs(sum);
      if (size > highest) highest = size;
    }
    return highest;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser window on -1 to 1. */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta);
}

/** The modified Bessel function of order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
