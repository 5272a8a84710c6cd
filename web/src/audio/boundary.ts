/** When loops end. All times are whole frames of the audio context, so that nothing drifts. */

/** A loop that sounds from `origin` on, where its first sample lies, and repeats every `length`. */
export interface Lane {
  origin: number;
  length: number;
}

/** The first boundary of a repetition after `now`. */
export function nextBoundary({ origin, length }: Lane, now: number): number {
  if (now < origin) return origin;
  return origin + (Math.floor((now - origin) / length) + 1) * length;
}

/** Where in the loop frame `at` lies, from 0 to below `length`. */
export function frameInLoop({ origin, length }: Lane, at: number): number {
  return (((at - origin) % length) + length) % length;
}

/** What happens how long before a loop's end, in frames. */
export interface SwapTiming {
  /** ask for the newest loop; from here on it is scheduled, and replaced by a newer one */
  pull: number;
  /** below this there is no time left to schedule anything */
  tooLate: number;
  /** length of the crossfade, which ends on the boundary */
  fade: number;
}

/** Seconds that it may take to schedule a loop once that was begun. */
const SCHEDULING = 0.04;

/** Timing for a loop of `length` frames; short loops are given less notice. */
export function swapTiming(
  rate: number,
  length: number,
  seconds: { fade: number; lead: number },
): SwapTiming {
  const fade = Math.min(Math.round(seconds.fade * rate), Math.floor(length / 4));
  const tooLate = fade + Math.round(SCHEDULING * rate);
  const pull = Math.min(Math.round(seconds.lead * rate), Math.floor(length / 2));
  return { pull, tooLate, fade };
}
