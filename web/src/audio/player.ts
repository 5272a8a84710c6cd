import type { Loop } from "../protocol/frame";
import { type Lane, nextBoundary, swapTiming } from "./boundary";
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
 * loop offered is scheduled to follow. Nothing here waits for the network.
 */
export class Player {
  /** length of a crossfade */
  fadeSeconds = 0.03;
  /** repetitions of loops that have begun */
  swaps = 0;
  #newest: Loop | null = null;
  /** voices from oldest to newest; the last may be yet to come */
  #voices: Voice[] = [];
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
    if (this.#output && this.#voices.length === 0) this.#begin(loop);
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
    if (!this.#output || this.#voices.length === 0) return null;
    const { context } = this.#output;
    const seconds = this.running
      ? this.#clock.read(outputStamp(context, now), now)
      : this.#clock.latest;
    return this.#at(seconds * context.sampleRate);
  }

  /** The loop that sounds now, on the context's clock. */
  get playing(): Loop | null {
    const voice = this.#output && this.#voiceAt(this.#now);
    return voice ? voice.loop : null;
  }

  /** Asks for and schedules the next loop when it is time; called often. */
  tick(): void {
    if (!this.running || !this.#output) return;
    const now = this.#now;
    while (this.#voices.length > 2) this.#voices.shift();
    const last = this.#voices[this.#voices.length - 1];
    if (!last || now < last.origin) return;
    const { bus, context } = this.#output;
    const timing = swapTiming(context.sampleRate, last.length, {
      fade: this.fadeSeconds,
      lead: this.#lead.seconds,
    });
    const boundary = nextBoundary(last, now);
    const left = boundary - now;
    if (left <= timing.pull && left > timing.decide && this.#pulledFor !== boundary) {
      this.#pulledFor = boundary;
      this.#lead.asked(performance.now() / 1000);
      this.events.onPull(this.#newest ?? last.loop);
    }
    if (left > timing.decide || left < timing.tooLate) return;
    if (this.#newest && this.#newest !== last.loop) {
      const voice = swap(bus, last, this.#newest, boundary, timing.fade);
      if (!voice) return;
      this.#voices.push(voice);
      this.swaps++;
      this.events.onUpcoming(this.#newest);
    }
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
    this.#voices = [begin(this.#output.bus, loop, at, RAMP_SECONDS)];
    this.events.onUpcoming(loop);
  }

  #ramp(value: number): void {
    const { context, volume } = this.#output ?? {};
    if (context && volume) volume.gain.setTargetAtTime(value, context.currentTime, RAMP_SECONDS);
  }

  #voiceAt(frame: number): Voice | undefined {
    const begun = this.#voices.filter((voice: Lane) => voice.origin <= frame);
    return begun.length ? begun[begun.length - 1] : this.#voices[0];
  }

  #at(frame: number): Heard | null {
    const voice = this.#voiceAt(frame);
    if (!voice) return null;
    const inLoop = (((frame - voice.origin) % voice.length) + voice.length) % voice.length;
    return { loop: voice.loop, phase: inLoop / voice.length };
  }
}
