/** One second-order filter, transposed direct form II: b0, b1, b2, a1, a2. */
type Coefficients = readonly [number, number, number, number, number];

/** Below this the filters' memory is nothing but slow arithmetic. */
const TINY = 1e-25;

/**
 * The K weighting of ITU-R BS.1770-4: a shelf that stands for the head, then a high pass.
 *
 * The recommendation gives coefficients for 48 kHz; these are the same analogue filters at any
 * rate.
 */
export class Weighting {
  readonly #shelf: Coefficients;
  readonly #highPass: Coefficients;
  readonly #memory = new Float64Array(4);

  constructor(rate: number) {
    this.#shelf = highShelf(rate);
    this.#highPass = highPass(rate);
  }

  push(sample: number): number {
    return this.#filter(this.#highPass, 2, this.#filter(this.#shelf, 0, sample));
  }

  #filter([b0, b1, b2, a1, a2]: Coefficients, at: number, x: number): number {
    const memory = this.#memory;
    const y = b0 * x + memory[at];
    const next = b1 * x - a1 * y + memory[at + 1];
    memory[at] = Math.abs(next) < TINY ? 0 : next;
    const last = b2 * x - a2 * y;
    memory[at + 1] = Math.abs(last) < TINY ? 0 : last;
    return y;
  }
}

function highShelf(rate: number): Coefficients {
  const k = Math.tan((Math.PI * 1681.974450955533) / rate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return [
    (high + (band * k) / q + k * k) / a0,
    (2 * (k * k - high)) / a0,
    (high - (band * k) / q + k * k) / a0,
    (2 * (k * k - 1)) / a0,
    (1 - k / q + k * k) / a0,
  ];
}

/** Its gain in the pass band is that of the recommendation: numerator 1, -2, 1. */
function highPass(rate: number): Coefficients {
  const k = Math.tan((Math.PI * 38.13547087602444) / rate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return [1, -2, 1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0];
}
