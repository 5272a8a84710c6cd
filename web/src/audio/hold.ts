/** The minimum of the last `width` values, each pushed once: a queue of rising candidates. */
export class RunningMinimum {
  readonly #width: number;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #first = 0;
  #count = 0;
  #now = 0;

  constructor(width: number) {
    this.#width = width;
    this.#values = new Float64Array(width);
    this.#times = new Float64Array(width);
  }

  push(value: number): number {
    const width = this.#width;
    if (this.#count > 0 && this.#times[this.#first] <= this.#now - width) {
      this.#first = (this.#first + 1) % width;
      this.#count--;
    }
    let last = (this.#first + this.#count - 1 + width) % width;
    while (this.#count > 0 && this.#values[last] >= value) {
      this.#count--;
      last = (last - 1 + width) % width;
    }
    const place = (this.#first + this.#count) % width;
    this.#values[place] = value;
    this.#times[place] = this.#now++;
    this.#count++;
    return this.#values[this.#first];
  }
}

/** The mean of the last `width` values, which were all `initial` before the first. */
export class RunningMean {
  readonly #values: Float64Array;
  readonly #initial: number;
  #sum: number;
  #at = 0;
  /** values in a row that equal `initial`: when all do, the sum is freed of rounding */
  #same: number;

  constructor(width: number, initial: number) {
    this.#values = new Float64Array(width).fill(initial);
    this.#initial = initial;
    this.#sum = width * initial;
    this.#same = width;
  }

  push(value: number): number {
    const width = this.#values.length;
    this.#sum += value - this.#values[this.#at];
    this.#values[this.#at] = value;
    this.#at = this.#at + 1 === width ? 0 : this.#at + 1;
    this.#same = value === this.#initial ? this.#same + 1 : 0;
    if (this.#same < width) return this.#sum / width;
    this.#sum = width * this.#initial;
    return this.#initial;
  }
}
