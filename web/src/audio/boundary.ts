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

/** How far frame `at` lies behind the nearest beginning of a round; below zero, before it. */
export function aside(at: number, { origin, length }: Lane): number {
  return at - origin - Math.round((at - origin) / length) * length;
}

/** How a loop enters: it sounds alone from frame `at` on, and its first sample lies at `origin`. */
export interface Entry {
  at: number;
  origin: number;
}

/**
 * How a loop enters at a boundary where it is to lie on `grid`: as it begins, where the grid's own boundary
 * is no further than `near` frames; else in its middle, where it would be. Without a grid it
 * begins at the boundary.
 */
export function entryAt(boundary: number, grid: Lane | null, near: number): Entry {
  if (!grid) return { at: boundary, origin: boundary };
  const off = aside(boundary, grid);
  if (Math.abs(off) <= near) return { at: boundary - off, origin: boundary - off };
  return { at: boundary, origin: boundary - frameInLoop(grid, boundary) };
}

/** The first quarter of a lane from frame `from` on, as a whole frame. */
export function quarterFrom(lane: Lane, quarters: number, from: number): number {
  const quarter = lane.length / quarters;
  return Math.round(lane.origin + Math.ceil((from - lane.origin) / quarter) * quarter);
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
