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

export interface SwapTiming {
  /** ask for the newest loop this long before the end */
  pull: number;
  /** settle on the newest loop this long before the end */
  decide: number;
  /** below this there is no time left to start a source in time */
  tooLate: number;
  /** length of the crossfade, which ends on the boundary */
  fade: number;
}

/** The swap's timing in frames; loops shorter than a second are given less notice. */
export function swapTiming(rate: number, length: number, fadeSeconds: number): SwapTiming {
  const fade = Math.min(Math.round(fadeSeconds * rate), Math.floor(length / 4));
  const tooLate = fade + Math.round(0.02 * rate);
  const decide = Math.max(tooLate + Math.round(0.02 * rate), Math.round(0.11 * rate));
  return { pull: Math.min(Math.round(0.45 * rate), Math.floor(length / 2)), decide, tooLate, fade };
}
