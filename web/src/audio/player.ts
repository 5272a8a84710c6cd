import type { Loop } from "../protocol/frame";
import { frameInLoop, nextBoundary, swapTiming } from "./boundary";
import { AudibleClock, outputStamp } from "./clock";
import type { GapReport } from "./gapcount";
import { type Output, openOutput } from "./output";
import { PullLead } from "./pulling";
import { begin, swap } from "./swap";
import type { Voice } from "./voice";

export interface PlayerEvents {
  /** the playing loop ends soon: a newer one than this is wanted */
  onPull(loop: Loop): void;
  /** a loop was settled on; it sounds from the next boundary on */
  onUpcoming(loop: Loop): void;
  onReport(report: GapReport): void;
}

/** What is heard at a moment: a loop and where in it, 0 to below 1. */
export interface Heard {
  loop: Loop;
  phase: number;
}

const TICK_MS = 20;
const RAMP_SECONDS = 0.03;

/**
 * Plays loops without end. Whatever sounds repeats by itself; shortly before its end the newest
 * loop offered is scheduled to follow, and replaced by a newer one while there is time. Nothing
 * here waits for the network.
 */
export class Player {
  /** length of a crossfade */
  fadeSeconds = 0.03;
  /** loops that have followed another */
  swaps = 0;
  #newest: Loop | null = null;
  /** the voice before, for as long as the loudspeaker lags behind; the present one; the next */
  #previous: Voice | null = null;
  #present: Voice | null = null;
  #next: Voice | null = null;
  #opening: Promise<Output> | null = null;
  #output: Output | null = null;
  #pulledFor = -1;
  #lead = new PullLead();
  #clock = new AudibleClock();
  #volume = 0.8;

  constructor(private readonly events: PlayerEvents) {}

  get output(): Output | null {
    return this.#output;
  }

  get running(): boolean {
    return this.#output?.context.state === "running";
  }

  /** A loop to play as soon as the present one ends; older ones not yet played are forgotten. */
  offer(loop: Loop): void {
    this.#newest = loop;
    this.#lead.answered(performance.now() / 1000);
    this.tick();
  }

  /** Opens the sound card at the loop's rate, or goes on after `pause`. Needs a user's gesture. */
  async play(): Promise<void> {
    if (!this.#newest) throw new Error("no loop has arrived yet");
    this.#opening ??= this.#open(this.#newest);
    const { context } = await this.#opening;
    await context.resume();
    this.#ramp(this.#volume);
  }

  /** Something was changed: a loop that was asked for already will not carry it. */
  pullAgain(): void {
    this.#pulledFor = -1;
  }

  /** Fades out and stops the clock; `play` goes on where it stopped. */
  async pause(): Promise<void> {
    if (!this.#output) return;
    this.#ramp(0);
    await new Promise((resolve) => setTimeout(resolve, 1000 * 5 * RAMP_SECONDS));
    await this.#output.context.suspend();
  }

  /** 0 to 1; the loudness follows its square. */
  setVolume(position: number): void {
    this.#volume = position * position;
    if (this.running) this.#ramp(this.#volume);
  }

  /** What is heard at `now` (milliseconds of `performance.now`), with the sound card's delay. */
  heard(now: number): Heard | null {
    if (!this.#output) return null;
    const { context } = this.#output;
    const seconds = this.running
      ? this.#clock.read(outputStamp(context, now), now)
      : this.#clock.latest;
    const frame = seconds * context.sampleRate;
    const voice = this.#voiceAt(frame);
    return voice && { loop: voice.loop, phase: frameInLoop(voice, frame) / voice.length };
  }

  /** Asks for and schedules the next loop when it is time; called often. */
  tick(): void {
    if (!this.running || !this.#output || !this.#present) return;
    const now = this.#now;
    if (now < this.#present.origin) return;
    if (this.#next && now >= this.#next.origin) this.#advance(this.#next);
    const present = this.#present;
    const { bus, context } = this.#output;
    const timing = swapTiming(context.sampleRate, present.length, {
      fade: this.fadeSeconds,
      lead: this.#lead.seconds,
    });
    const boundary = nextBoundary(present, now);
    const left = boundary - now;
    if (left > timing.pull || left < timing.tooLate) return;
    if (this.#pulledFor !== boundary) {
      this.#pulledFor = boundary;
      this.#lead.asked(performance.now() / 1000);
      this.events.onPull(this.#newest ?? present.loop);
    }
    if (!this.#newest || this.#newest === (this.#next ?? present).loop) return;
    this.#next = swap(bus, present, this.#newest, boundary, timing.fade, this.#next);
    if (this.#next) this.events.onUpcoming(this.#next.loop);
  }

  #advance(next: Voice): void {
    this.#present?.source.stop();
    this.#previous = this.#present;
    this.#present = next;
    this.#next = null;
    this.swaps++;
  }

  get #now(): number {
    return this.#output ? Math.ceil(this.#output.context.currentTime * this.#rate) : 0;
  }

  get #rate(): number {
    return this.#output?.context.sampleRate ?? 0;
  }

  async #open(loop: Loop): Promise<Output> {
    const { sample_rate } = loop.header;
    this.#output = await openOutput(sample_rate, (report) => this.events.onReport(report));
    this.#begin(this.#newest ?? loop);
    window.setInterval(() => this.tick(), TICK_MS);
    return this.#output;
  }

  #begin(loop: Loop): void {
    if (!this.#output) return;
    const at = this.#now + Math.round(0.05 * this.#rate);
    this.#present = begin(this.#output.bus, loop, at, RAMP_SECONDS);
    this.events.onUpcoming(loop);
  }

  #ramp(value: number): void {
    const { context, volume } = this.#output ?? {};
    if (context && volume) volume.gain.setTargetAtTime(value, context.currentTime, RAMP_SECONDS);
  }

  #voiceAt(frame: number): Voice | null {
    for (const voice of [this.#next, this.#present])
      if (voice && voice.origin <= frame) return voice;
    return this.#previous ?? this.#present;
  }
}
