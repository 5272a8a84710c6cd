/**
 * The moment of the audio clock that leaves the loudspeaker now.
 *
 * The browser tells at times which context time was at the output at which moment
 * (`getOutputTimestamp`); in between the computer's clock carries on. The stamps jitter with the
 * sound card's blocks, so their offset is smoothed, and taken afresh when it leaps.
 */
export interface Stamp {
  /** seconds of the audio context */
  contextTime: number;
  /** milliseconds of `performance.now` */
  performanceTime: number;
}

const SMOOTHING = 0.1;
/** A sound card that was starved falls behind for good: that is followed, not smoothed. */
const LEAP_SECONDS = 0.012;

export class AudibleClock {
  #offset: number | null = null;
  #latest = 0;

  /** Context seconds that are heard at `now` (milliseconds of `performance.now`). */
  read(stamp: Stamp, now: number): number {
    const offset = stamp.contextTime - stamp.performanceTime / 1000;
    if (this.#offset === null || Math.abs(offset - this.#offset) > LEAP_SECONDS)
      this.#offset = offset;
    else this.#offset += SMOOTHING * (offset - this.#offset);
    this.#latest = this.#offset + now / 1000;
    return this.#latest;
  }

  /** The last reading: what stands still while the context is suspended. */
  get latest(): number {
    return this.#latest;
  }
}

/** The context's own stamp, or one made from its latency where the browser has none. */
export function outputStamp(context: AudioContext, now: number): Stamp {
  const stamp = context.getOutputTimestamp?.();
  if (stamp?.contextTime && stamp.performanceTime)
    return { contextTime: stamp.contextTime, performanceTime: stamp.performanceTime };
  const latency = context.outputLatency || context.baseLatency || 0;
  return { contextTime: context.currentTime - latency, performanceTime: now };
}
