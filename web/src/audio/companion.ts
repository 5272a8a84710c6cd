import type { Loop } from "../protocol/frame";
import { type Entry, entryAt, type Lane, nextBoundary, swapTiming } from "./boundary";
import { swap, unswap } from "./swap";
import { atRate, otherPilot, startVoice, type Voice } from "./voice";

/** What a companion reads of the lane that it keeps to. */
export interface Led {
  present: Voice;
  next: Voice | null;
}

/**
 * What goes with a lane's loop of `length` frames: a loop that lasts as long or whole times as
 * long, the same object for the same question; null for silence.
 */
export type Fitting = (length: number, led: Loop) => Loop | null;

const FADE_SECONDS = 0.03;
/** A voice that begins now has to be on its way so long before. */
const JOIN_SECONDS = 0.05;

interface Part {
  voice: Voice;
  loop: Loop;
}

/**
 * A sound beside a lane, in time with it: it joins in the middle of a loop, at the place where it
 * would be, and changes when the lane changes, on the same boundary. It repeats by itself like
 * everything that sounds, so a busy page makes no gap in it.
 */
export class Companion {
  #present: Part | null = null;
  #next: Part | null = null;

  constructor(private readonly bus: AudioNode) {}

  /** What sounds now. */
  get loop(): Loop | null {
    return this.#present?.loop ?? null;
  }

  /** Schedules what is to be heard at frame `now` of the context; called often. */
  tick(now: number, led: Led, fitting: Fitting): void {
    if (this.#next && now >= this.#next.voice.alone) this.#advance(this.#next);
    const lane = led.next ?? led.present;
    const loop = fitting(lane.length, lane.loop);
    if (!loop) this.stop();
    else if (!this.#present) this.#join(now, led.present, fitting);
    else if (!goesWith(this.#next ?? this.#present, loop, lane)) {
      const { next, present } = led;
      const entry = next
        ? { at: next.alone, origin: next.origin }
        : entryAt(nextBoundary(present, now), null, 0);
      this.#follow(this.#present, loop, lane, entry, now);
    }
  }

  /** Fades out and is gone; the next `tick` may begin anew. */
  stop(): void {
    for (const part of [this.#present, this.#next]) if (part) fadeAway(part.voice);
    this.#present = null;
    this.#next = null;
  }

  #join(now: number, lane: Voice, fitting: Fitting): void {
    const loop = fitting(lane.length, lane.loop);
    if (!loop) return;
    const rate = this.bus.context.sampleRate;
    const samples = atRate(loop, rate);
    const margin = Math.round(JOIN_SECONDS * rate);
    const from = Math.max(lane.alone, now + margin);
    const timing = { origin: lane.origin, from, alone: from };
    const voice = startVoice(this.bus, loop, samples, timing, otherPilot(undefined));
    voice.gain.gain.setValueAtTime(0, from / rate);
    voice.gain.gain.linearRampToValueAtTime(1, from / rate + FADE_SECONDS);
    this.#present = { voice, loop };
  }

  #follow(present: Part, loop: Loop, lane: Lane, entry: Entry, now: number): void {
    const rate = this.bus.context.sampleRate;
    const { fade, tooLate } = swapTiming(rate, lane.length, { fade: FADE_SECONDS, lead: 0 });
    if (entry.at - now < tooLate || entry.at - fade < present.voice.from) return;
    const scheduled = this.#next?.voice ?? null;
    if (scheduled && goesWith(present, loop, lane)) {
      // What was to come is not wanted any more, and what sounds is.
      unswap(present.voice, scheduled);
      this.#next = null;
      return;
    }
    const voice = swap(this.bus, present.voice, loop, entry, fade, scheduled);
    if (voice !== scheduled) this.#next = voice && { voice, loop };
  }

  #advance(next: Part): void {
    this.#present?.voice.source.stop();
    this.#present = next;
    this.#next = null;
  }
}

/** Whether a part is what is wanted, and in time with the lane. */
function goesWith({ voice, loop }: Part, wanted: Loop, lane: Lane): boolean {
  return loop === wanted && (voice.origin - lane.origin) % lane.length === 0;
}

function fadeAway({ gain, source }: Voice): void {
  const { currentTime } = gain.context;
  gain.gain.cancelScheduledValues(currentTime);
  gain.gain.setTargetAtTime(0, currentTime, FADE_SECONDS / 3);
  source.stop(currentTime + 3 * FADE_SECONDS);
}
