import { type Lane, nextBoundary } from "../audio/boundary";

/** MIDI clock has 24 pulses in a quarter note. */
export const PULSES = 24;

/** A loop that plays, and how many quarter notes it is. */
export interface Beat extends Lane {
  quarters: number;
  /** frame from which it sounds alone: its beginning, or where it enters in its middle */
  alone: number;
}

/**
 * The frames from `from` on and before `to` at which a pulse is due.
 *
 * Each round's first pulse falls on its beginning. From the boundary on, `next` counts: the loop
 * that follows there, if one does.
 */
export function pulses(present: Beat, next: Beat | null, from: number, to: number): number[] {
  if (!next) return of(present, from, to);
  const change = next.alone;
  return [
    ...of(present, from, Math.min(to, change)),
    ...of(next, Math.max(from, change), Math.max(to, change)),
  ];
}

function of({ origin, length, quarters }: Omit<Beat, "alone">, from: number, to: number): number[] {
  const period = length / Math.max(1, Math.round(PULSES * quarters));
  // By number, so that a pulse on the edge of two windows is in one of them.
  const first = Math.ceil((from - origin) / period - 1e-9);
  const last = Math.ceil((to - origin) / period - 1e-9);
  return Array.from({ length: Math.max(0, last - first) }, (_, n) => origin + (first + n) * period);
}

/** The first beginning of a round from `from` on. */
export function nextRound(beat: Lane, from: number): number {
  return nextBoundary(beat, from - 1);
}
