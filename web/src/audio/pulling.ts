/** Asked no later than this many seconds before a loop's end, an idle machine answers in time. */
export const USUAL_LEAD = 0.45;
/** Asking earlier than this would make what is heard older than it need be. */
const LONGEST_LEAD = 1.5;
/** Between the answer and the moment at which the player settles on the newest loop. */
const SPARE = 0.15;
const SMOOTHING = 0.4;

/**
 * How long before a loop's end the next one is to be asked for: as long as the answers take, which
 * depends on the ear and on how busy the machine is, and never less than `USUAL_LEAD`.
 */
export class PullLead {
  #lead = USUAL_LEAD;
  #asked: number | null = null;

  /** In seconds. */
  get seconds(): number {
    return this.#lead;
  }

  /** A loop was asked for at `now` (seconds). */
  asked(now: number): void {
    this.#asked = now;
  }

  /** A loop came. */
  answered(now: number): void {
    if (this.#asked === null) return;
    const wanted = 1.2 * (now - this.#asked) + SPARE;
    this.#asked = null;
    // Slow answers count at once, so that the next is in time; fast ones by and by.
    const share = wanted > this.#lead ? 1 : SMOOTHING;
    const lead = this.#lead + share * (wanted - this.#lead);
    this.#lead = Math.min(LONGEST_LEAD, Math.max(USUAL_LEAD, lead));
  }
}
