import type { Loop } from "../protocol/frame";
import {
  aside,
  type Entry,
  entryAt,
  frameInLoop,
  type Lane,
  nextBoundary,
  quarterFrom,
  swapTiming,
} from "./boundary";
import { type Channel, closeChannel, openChannel } from "./channel";
import type { Led } from "./companion";
import type { GapReport } from "./gapcount";
import type { Output } from "./output";
import { PullLead } from "./pulling";
import { lengthAt } from "./resample";
import type { Sound } from "./sound";
import { begin, hush, swap, unswap } from "./swap";
import type { Voice } from "./voice";

export interface PlayerEvents {
  /** the playing loop ends soon: a newer one than this is wanted */
  onPull(loop: Loop): void;
  /** a loop was settled on; it sounds from the next boundary on */
  onUpcoming(loop: Loop): void;
  onReport(report: GapReport): void;
  /**
   * a loop sounds: its first sample, or that numbered `into`, lies at `frame`, where a crossfade of
   * `fade` frames ended
   */
  onSounds(loop: Loop, frame: number, fade: number, into: number): void;
  /** it fades away from `frame` on */
  onSilence(frame: number): void;
  /** what another deck plays, to begin in time with it */
  leader(): Lane | null;
  /** where a loop that lasts `length` frames has to lie; null where it may lie anywhere */
  grid(loop: Loop, length: number): Lane | null;
}

/** What is heard at a moment: a loop and where in it, 0 to below 1. */
export interface Heard {
  loop: Loop;
  phase: number;
}

/** Between settling on a first loop and its first sample. */
const NOTICE_SECONDS = 0.05;
/** So shortly before it fades in, a loop is not taken back any more. */
const UNSWAPPABLE_FRAMES = 1024;
/** A loop that lies further off is moved within its round; nearer, where it ends. */
const NEAR_SECONDS = 0.02;
/** Before a loop is moved, the page needs so long. */
const MOVE_SECONDS = 0.1;

/**
 * Plays one deck's loops without end. Whatever sounds repeats by itself; shortly before its end
 * the newest loop offered is scheduled to follow, and replaced by a newer one while there is time.
 * Nothing here waits for the network.
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
  /** the next one where it only moves what sounds */
  #mover: Voice | null = null;
  #opening = false;
  #channel: Channel | null = null;
  #pulledFor = -Infinity;
  #lead = new PullLead();
  #held = false;
  /** while loops are held: the newest one is let in at the next boundary */
  #taking = false;
  readonly #leave: () => void;

  constructor(
    private readonly sound: Sound,
    private readonly deck: number,
    private readonly events: PlayerEvents,
  ) {
    this.#leave = sound.join(() => this.tick());
  }

  get output(): Output | null {
    return this.sound.output;
  }

  /** Where the present loop lies on the context's clock. */
  get lane(): Lane | null {
    return this.#present;
  }

  /** What plays and what follows it, for what keeps to it. */
  get led(): Led | null {
    return this.#present && { present: this.#present, next: this.#next };
  }

  /** The newest loop that has come, heard or not. */
  get newest(): Loop | null {
    return this.#newest;
  }

  /** A loop has come that is not heard yet, nor about to be. */
  get waiting(): boolean {
    const upcoming = this.#next ?? this.#present;
    return upcoming !== null && this.#newest !== null && this.#newest !== upcoming.loop;
  }

  /** A loop to play as soon as the present one ends; older ones not yet played are forgotten. */
  offer(loop: Loop): void {
    this.#newest = loop;
    this.#lead.answered(performance.now() / 1000);
    this.tick();
  }

  /** Starts the sound, of all decks. Needs a user's gesture. */
  async play(): Promise<void> {
    if (!this.#newest) throw new Error("no loop has arrived yet");
    await this.sound.play(this.#newest.header.sample_rate);
  }

  /** Something was changed: a loop that was asked for already will not carry it. */
  pullAgain(): void {
    this.#pulledFor = -Infinity;
  }

  /** What its voices play into, once the sound card is open. */
  get channel(): Channel | null {
    return this.#channel;
  }

  /** Keeps the present loop while newer ones come; what was about to follow is taken back. */
  hold(held: boolean): void {
    this.#held = held;
    this.#taking = false;
    if (!held || !this.#present || !this.#next) return;
    if (this.sound.frame + UNSWAPPABLE_FRAMES > this.#next.from) return;
    unswap(this.#present, this.#next);
    this.#next = null;
  }

  /** Lets the newest loop in at the end of the present one, though loops are held. */
  take(): void {
    this.#taking = true;
    this.tick();
  }

  /** What is heard at `now` (milliseconds of `performance.now`), with the sound card's delay. */
  heard(now: number): Heard | null {
    if (!this.output) return null;
    const frame = this.sound.heard(now);
    const voice = this.#voiceAt(frame);
    return voice && { loop: voice.loop, phase: frameInLoop(voice, frame) / voice.length };
  }

  /** Asks for and schedules the next loop when it is time; called often. */
  tick(): void {
    const { output } = this.sound;
    if (output && !this.#channel && this.#newest && !this.#opening) void this.#open(output);
    if (!this.sound.running || !this.#present || !this.#channel) return;
    const now = this.sound.frame;
    if (now < this.#present.alone) return;
    if (this.#next && now >= this.#next.alone) this.#advance(this.#next);
    const present = this.#present;
    const timing = swapTiming(this.sound.rate, present.length, {
      fade: this.fadeSeconds,
      lead: this.#lead.seconds,
    });
    if (this.#moves(present, timing.fade, now)) return;
    const boundary = nextBoundary(present, now);
    const left = boundary - now;
    if (left > timing.pull || left < timing.tooLate) return;
    // A boundary that is moved a little stays the same.
    if (Math.abs(this.#pulledFor - boundary) > present.length / 2) {
      this.#pulledFor = boundary;
      this.#lead.asked(performance.now() / 1000);
      this.events.onPull(this.#newest ?? present.loop);
    }
    const loop = this.#wanted(present);
    const entry = entryAt(boundary, this.#lane(loop), NEAR_SECONDS * this.sound.rate);
    const upcoming = this.#next ?? present;
    if (upcoming.loop === loop && aside(entry.origin, upcoming) === 0) return;
    this.#follow(loop, entry, timing.fade);
  }

  /** Fades away for good. */
  close(): void {
    this.#leave();
    if (this.#present) this.#hush(this.#present);
    else if (this.#channel) closeChannel(this.#channel);
    this.#channel = null;
    this.#present = null;
    this.#next = null;
    this.#newest = null;
  }

  #advance(next: Voice): void {
    this.#present?.source.stop();
    this.#previous = this.#present;
    this.#present = next;
    this.#next = null;
    if (next.loop !== this.#previous?.loop) {
      this.#taking = false;
      this.swaps++;
    }
    this.#told(next);
  }

  #told({ loop, alone, from, origin }: Voice): void {
    this.events.onSounds(loop, alone, alone - from, alone - origin);
  }

  /** The loop that is to follow. */
  #wanted(present: Voice): Loop {
    const held = this.#held && !this.#taking;
    return held || !this.#newest ? present.loop : this.#newest;
  }

  /** Where a loop has to lie. */
  #lane(loop: Loop): Lane | null {
    const { sample_rate } = loop.header;
    return this.events.grid(loop, lengthAt(loop.samples.length, sample_rate, this.sound.rate));
  }

  #follow(loop: Loop, entry: Entry, fade: number): void {
    const [channel, present] = [this.#channel, this.#present];
    if (!channel || !present) return;
    this.#next = swap(channel.bus, present, loop, entry, fade, this.#next);
    if (this.#next) this.events.onUpcoming(this.#next.loop);
  }

  /** Puts a loop that lies elsewhere on its place, at a quarter; whether that is under way. */
  #moves(present: Voice, fade: number, now: number): boolean {
    if (this.#next) return this.#next === this.#mover;
    const { rate } = this.sound;
    const off = this.#lane(present.loop);
    if (!off || Math.abs(aside(present.origin, off)) <= NEAR_SECONDS * rate) return false;
    // Where the newest one is in another tempo, that has to wait for the end.
    const wanted = this.#wanted(present);
    const lane = this.#lane(wanted);
    const [loop, there] = lane ? [wanted, lane] : [present.loop, off];
    const soon = now + MOVE_SECONDS * rate + fade;
    const at = quarterFrom(there, loop.header.quarters ?? 1, soon);
    if (at > nextBoundary(present, now)) return false;
    this.#follow(loop, { at, origin: at - frameInLoop(there, at) }, fade);
    this.#mover = this.#next;
    return true;
  }

  #hush(present: Voice): void {
    const next = this.#next;
    const { last, frame } = hush(present, next);
    if (next === last) this.#told(next);
    this.events.onSilence(frame);
    const channel = this.#channel;
    last.source.addEventListener("ended", () => channel && closeChannel(channel));
  }

  async #open(output: Output): Promise<void> {
    this.#opening = true;
    const channel = await openChannel(output, this.deck, (report) => this.events.onReport(report));
    this.#opening = false;
    if (!this.#newest) {
      closeChannel(channel);
      return;
    }
    this.#channel = channel;
    const soon = this.sound.frame + Math.round(NOTICE_SECONDS * this.sound.rate);
    const leader = this.events.leader();
    const entry = leader
      ? entryAt(nextBoundary(leader, soon), null, 0)
      : entryAt(soon, this.#lane(this.#newest), 0);
    this.#present = begin(channel.bus, this.#newest, entry);
    this.#told(this.#present);
    this.events.onUpcoming(this.#newest);
  }

  #voiceAt(frame: number): Voice | null {
    for (const voice of [this.#next, this.#present])
      if (voice && voice.alone <= frame) return voice;
    return this.#previous ?? this.#present;
  }
}
