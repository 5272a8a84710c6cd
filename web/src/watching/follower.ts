import type { Lead } from "../messages";

/** A page that has been silent for so long leads no more. */
const SILENT_MS = 3000;
/** Delays are compared over so many words: the shortest is nearest to the clocks' difference. */
const REMEMBERED = 60;

/** What is to be shown at a moment. */
export interface Moment {
  lead: Lead;
  /** 0 to below 1 */
  phase: number;
}

/**
 * Follows the page that sounds. Its clock and this one may differ, and words take their time: the
 * quickest of the last words tells the difference best. When no more come, the phase goes on.
 */
export class Follower {
  #lead: Lead | null = null;
  #heardAt = -Infinity;
  #delays: number[] = [];

  /** A word came, at `now` in milliseconds of this page's wall clock. */
  hear(lead: Lead, now: number): void {
    const other = lead.page !== this.#lead?.page;
    if (other && this.#lead?.sounding && now - this.#heardAt < SILENT_MS) return;
    if (other) this.#delays = [];
    this.#delays = [...this.#delays, now - lead.at].slice(-REMEMBERED);
    this.#lead = lead;
    this.#heardAt = now;
  }

  at(now: number): Moment | null {
    const lead = this.#lead;
    if (!lead) return null;
    if (!lead.sounding) return { lead, phase: lead.phase % 1 };
    const passed = now - Math.min(...this.#delays) - lead.at;
    const phase = lead.phase + passed / (1000 * lead.seconds);
    return { lead, phase: phase - Math.floor(phase) };
  }
}

/** Milliseconds of the wall clock, finer than `Date.now`. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
