/** Of so many answers the best one counts. */
const REMEMBERED = 12;
/** By so many seconds a second two computers' clocks may part. */
const DRIFT = 1e-4;

interface Answer {
  /** the server's seconds less this page's */
  offset: number;
  /** half of the round trip: by more it cannot be wrong */
  doubt: number;
  /** seconds of this page's clock */
  at: number;
}

/**
 * The server's steady clock, by which everything is timed that must fall together. An answer tells what
 * it was somewhere between question and answer: the quickest of the last ones tells it best.
 */
export class ServerTime {
  #answers: Answer[] = [];

  /** What was asked at `asked` was answered with `told`, in seconds of the server's, and came at `now`. */
  hear(asked: number, told: number, now: number): void {
    const offset = told - (asked + now) / 2000;
    const answer = { offset, doubt: (now - asked) / 2000, at: now / 1000 };
    this.#answers = [...this.#answers, answer].slice(-REMEMBERED);
  }

  /**
   * By how many seconds it is ahead of `performance.now`, as it is known at `now` (milliseconds of
   * that); null until it has answered.
   */
  ahead(now: number): number | null {
    const doubt = (each: Answer) => each.doubt + DRIFT * Math.abs(now / 1000 - each.at);
    let best: Answer | null = null;
    for (const each of this.#answers) if (!best || doubt(each) < doubt(best)) best = each;
    return best ? best.offset : null;
  }

  /** Another server may answer from now on. */
  forget(): void {
    this.#answers = [];
  }
}
