/** Pixels a CSS pixel that the picture is drawn with, from the finest down. */
const STEPS = [1, 0.7, 0.5];
const SLOW_MS = 45;
const FAST_MS = 20;
/** Pictures in a row that must be slow, or fast, before anything changes. */
const SLOW_PICTURES = 20;
const FAST_PICTURES = 600;
/** A longer pause was not the picture's fault: the page was hidden, or the machine slept. */
const LONGEST_MS = 1000;

/** Draws with fewer pixels where the machine cannot keep up, so that the controls stay quick. */
export class Sharpness {
  #step = 0;
  #slow = 0;
  #fast = 0;
  #last: number | null = null;

  /** Takes note of a picture drawn at `now` (milliseconds); the share of pixels to draw with. */
  at(now: number): number {
    const taken = now - (this.#last ?? now);
    this.#last = now;
    if (taken > LONGEST_MS) return STEPS[this.#step];
    this.#slow = taken > SLOW_MS ? this.#slow + 1 : 0;
    this.#fast = taken < FAST_MS ? this.#fast + 1 : 0;
    if (this.#slow >= SLOW_PICTURES) this.#go(1);
    else if (this.#fast >= FAST_PICTURES) this.#go(-1);
    return STEPS[this.#step];
  }

  #go(steps: number): void {
    this.#step = Math.min(STEPS.length - 1, Math.max(0, this.#step + steps));
    this.#slow = 0;
    this.#fast = 0;
  }
}
