import { AudibleClock, outputStamp } from "./clock";
import { type Output, type OutputEvents, openOutput } from "./output";

const TICK_MS = 20;
const RAMP_SECONDS = 0.03;
/** Four blocks of the audio thread: 12 ms. */
const SOON_FRAMES = 512;

/** The one sound card that all decks play on, and its clock. */
export class Sound {
  #output: Output | null = null;
  #opening: Promise<Output> | null = null;
  #clock = new AudibleClock();
  #volume = 0.8;
  readonly #players = new Set<() => void>();

  constructor(private readonly events: OutputEvents) {}

  get output(): Output | null {
    return this.#output;
  }

  get running(): boolean {
    return this.#output?.context.state === "running";
  }

  /** The context's present frame. */
  get frame(): number {
    const { context } = this.#output ?? {};
    return context ? Math.ceil(context.currentTime * context.sampleRate) : 0;
  }

  get rate(): number {
    return this.#output?.context.sampleRate ?? 0;
  }

  /** A frame so soon that nobody notices, and not so soon that it has passed meanwhile. */
  get soon(): number {
    return this.frame + SOON_FRAMES;
  }

  /** What the context stands at; null before it is opened. */
  get clock(): { frame: number; rate: number } | null {
    return this.#output ? { frame: this.frame, rate: this.rate } : null;
  }

  /** What is heard, before the volume. The sound has to be open. */
  get master(): AudioNode {
    if (!this.#output) throw new Error("the sound has to play first");
    return this.#output.master;
  }

  /** Has `tick` called often from now on; the answer ends that. */
  join(tick: () => void): () => void {
    this.#players.add(tick);
    return () => this.#players.delete(tick);
  }

  /** Opens the sound card at `rate`, or goes on after `pause`. Needs a user's gesture. */
  async play(rate: number): Promise<void> {
    this.#opening ??= this.#open(rate);
    const { context } = await this.#opening;
    this.#tick();
    await context.resume();
    this.#ramp(this.#volume);
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

  /** The frame that is heard at `now` (milliseconds of `performance.now`), with all delays on its way. */
  heard(now: number): number {
    if (!this.#output) return 0;
    const { context } = this.#output;
    const seconds = this.running
      ? this.#clock.read(outputStamp(context, now), now)
      : this.#clock.latest;
    return seconds * context.sampleRate - this.#output.latencyFrames;
  }

  async #open(rate: number): Promise<Output> {
    this.#output = await openOutput(rate, this.events);
    window.setInterval(() => this.#tick(), TICK_MS);
    return this.#output;
  }

  #tick(): void {
    for (const tick of this.#players) tick();
  }

  #ramp(value: number): void {
    const { context, volume } = this.#output ?? {};
    if (context && volume) volume.gain.setTargetAtTime(value, context.currentTime, RAMP_SECONDS);
  }
}
