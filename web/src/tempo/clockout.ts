import { type Beat, nextRound, pulses } from "./pulses";

const CLOCK = 0xf8;
const START = 0xfa;
const STOP = 0xfc;
/**
 * Pulses are handed over so long before they are due, and the browser sends them on time: a page
 * that is blocked for less long misses none.
 */
const AHEAD_SECONDS = 0.5;
/** A pulse that is later than this is left out. */
const LATE_SECONDS = 0.02;
/** A start brings the pulses of so many seconds with it. */
const BEGIN_SECONDS = 0.1;
/** So shortly before a loop's end it is settled what follows it. */
const SETTLED_SECONDS = 0.06;

/** Where MIDI goes; a `MIDIOutput` is one. */
export interface ClockPort {
  send(data: number[], timestamp?: number): void;
}

/** What plays at a moment: frames of the audio clock, as they are heard. */
export interface Playing {
  /** the loop that plays, and the one that is scheduled to follow */
  present: Beat;
  next: Beat | null;
  /** the frame that is heard at `now` */
  heard: number;
  rate: number;
}

/** Sends a clock to a MIDI output, by the audio clock. Call `tick` often. */
export class ClockOut {
  #port: ClockPort | null = null;
  /** frame up to which pulses were sent; null while stopped */
  #sent: number | null = null;
  /** frame at which a loop entered in its middle, which was answered by a new start */
  #leapt = -1;

  /** Where to send to from now on; the old one is stopped. */
  use(port: ClockPort | null): void {
    if (port === this.#port) return;
    this.stop();
    this.#port = port;
  }

  /** `now` in milliseconds of `performance.now`; `playing` is null while nothing sounds. */
  tick(now: number, playing: Playing | null): void {
    if (!this.#port) return;
    if (!playing) {
      this.stop();
      return;
    }
    const { present, next, heard, rate } = playing;
    const at = (frame: number) => now + ((frame - heard) / rate) * 1000;
    // A loop that was put elsewhere leaves its bar: who follows begins anew with its next round.
    if (leaps(present) && present.alone !== this.#leapt) {
      this.#leapt = present.alone;
      this.stop();
    }
    // What follows may have another tempo.
    const end = nextRound(present, heard + 1);
    const leap = next && leaps(next) ? next.alone : Number.POSITIVE_INFINITY;
    const open = !next && end - heard > SETTLED_SECONDS * rate;
    let until = Math.min(heard + AHEAD_SECONDS * rate, open ? end : leap);
    if (this.#sent === null) {
      const begin = nextRound(next && next.alone <= heard ? next : present, heard);
      if (begin >= heard + AHEAD_SECONDS * rate) return;
      this.#port.send([START], at(begin));
      this.#sent = begin;
      // With its first pulses, or a page that is blocked now would leave it alone.
      until = Math.max(until, begin + BEGIN_SECONDS * rate);
    }
    // After a page was blocked, what should have been sent long ago would only confuse.
    const from = Math.max(this.#sent, heard - rate * LATE_SECONDS);
    for (const frame of pulses(present, next, from, until)) this.#port.send([CLOCK], at(frame));
    this.#sent = Math.max(this.#sent, until);
  }

  stop(): void {
    if (this.#sent !== null) this.#port?.send([STOP]);
    this.#sent = null;
  }
}

function leaps({ origin, alone }: Beat): boolean {
  return origin !== alone;
}
