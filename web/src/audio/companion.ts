import type { Loop } from "../protocol/frame";
import { type Entry, entryAt, frameInLoop, type Lane, nextBoundary, swapTiming } from "./boundary";
import { begin, hush, risen, swap, unswap } from "./swap";
import type { Voice } from "./voice";

/** What a companion reads of the lane that it keeps to. */
export interface Led {
  present: Voice;
  next: Voice | null;
}

/**
 * What goes with a lane's loop of `length` frames: a loop that lasts as long or whole times as
 * long, the same object for the same question; null for silence.
 */
export type Fitting<L> = (length: number, led: Loop) => L | null;

/** What a companion says of itself, in frames of the context. */
export interface CompanionEvents<L> {
  /**
   * A loop sounds alone from `frame` on, where its sample numbered `into` lies and a crossfade of
   * `fade` frames ends; without one it fades in from there.
   */
  onSounds(loop: L, frame: number, fade: number, into: number): void;
  /** It fades away from `frame` on. */
  onSilence(frame: number): void;
}

const FADE_SECONDS = 0.03;
/** A voice that begins now has to be on its way so long before. */
const JOIN_SECONDS = 0.05;

interface Part<L> {
  voice: Voice;
  loop: L;
}

/**
 * A sound beside a lane, in time with it: it joins in the middle of a loop, at the place where it
 * would be, and changes when the lane changes, on the same boundary. It repeats by itself like
 * everything that sounds, so a busy page makes no gap in it.
 */
export class Companion<L extends Loop = Loop> {
  #present: Part<L> | null = null;
  #next: Part<L> | null = null;

  constructor(
    private readonly bus: AudioNode,
    private readonly events: CompanionEvents<L>,
  ) {}

  /** What sounds now. */
  get loop(): L | null {
    return this.#present?.loop ?? null;
  }

  /** Schedules what is to be heard at frame `now` of the context; called often. */
  tick(now: number, led: Led, fitting: Fitting<L>): void {
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
    if (!this.#present) return;
    const next = this.#next;
    const { last, frame } = hush(this.#present.voice, next?.voice ?? null);
    if (next?.voice === last) this.#told(next);
    this.events.onSilence(frame);
    this.#present = null;
    this.#next = null;
  }

  #join(now: number, lane: Voice, fitting: Fitting<L>): void {
    const loop = fitting(lane.length, lane.loop);
    if (!loop) return;
    const margin = Math.round(JOIN_SECONDS * this.bus.context.sampleRate);
    const { alone, origin } = lane;
    const entry = { at: Math.max(alone, now + margin), origin };
    this.#present = { voice: begin(this.bus, loop, entry), loop };
    this.#told(this.#present);
  }

  #follow(present: Part<L>, loop: L, lane: Lane, entry: Entry, now: number): void {
    const rate = this.bus.context.sampleRate;
    const { fade, tooLate } = swapTiming(rate, lane.length, { fade: FADE_SECONDS, lead: 0 });
    if (entry.at - now < tooLate || entry.at - fade < risen(present.voice)) return;
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

  #advance(next: Part<L>): void {
    this.#present?.voice.source.stop();
    this.#present = next;
    this.#next = null;
    this.#told(next);
  }

  #told({ loop, voice }: Part<L>): void {
    const { alone, from } = voice;
    this.events.onSounds(loop, alone, alone - from, frameInLoop(voice, alone));
  }
}

/** Whether a part is what is wanted, and in time with the lane. */
function goesWith({ voice, loop }: Part<Loop>, wanted: Loop, lane: Lane): boolean {
  return loop === wanted && (voice.origin - lane.origin) % lane.length === 0;
}
