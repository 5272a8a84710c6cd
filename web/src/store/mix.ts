import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { Beside } from "../audio/beside";
import type { Led } from "../audio/companion";
import type { LimiterReport } from "../audio/limiter";
import { type Metering, SILENCE } from "../audio/metering";
import { type Desk, type Gains, gainsOf, MIXED, SAMPLES, STRIPS } from "../audio/mixing";
import type { Sound } from "../audio/sound";
import { type Sound as Recorded, readWav } from "../audio/wav";
import type { ClientMessage } from "../messages";
import type { Loop } from "../protocol/frame";
import type { Deck } from "./deck";
import type { Faders } from "./faders";
import type { Keeping } from "./keeping";

/** What the mixer needs of the page that it is on. */
export interface Console {
  desk: Faders;
  sound: Sound;
  decks: ReadonlySignal<readonly Deck[]>;
  send(message: ClientMessage): boolean;
  tell(line: string): void;
  keeping: Keeping;
}

/** A meter falls by so many dB from report to report, twenty of which come a second. */
const FALL_DB = 1.2;

/** The mixer as the performer sees it: what stands on the desk, put into sound and metered. */
export class Mix {
  readonly metering = signal<Metering>(SILENCE);
  readonly masterLevel = signal(-Infinity);
  /** of each strip, in the order of `STRIPS` */
  readonly levels = STRIPS.map(() => signal(-Infinity));
  /** dB that the limiter takes, falling back slowly enough to be read */
  readonly reduction = signal(0);
  /** samples that were no numbers; none of them left the limiter */
  readonly broken = signal(0);
  /** ids of the sounds beside the dreams */
  readonly samples = signal<readonly (string | null)[]>(new Array(SAMPLES).fill(null));
  /** loops have come that are held back */
  readonly waiting = signal(false);
  readonly held: ReadonlySignal<boolean>;
  readonly desk: ReadonlySignal<Desk>;
  readonly gains: ReadonlySignal<Gains>;
  #beside: Beside | null = null;
  readonly #sounds: (Recorded | null)[] = new Array(SAMPLES).fill(null);
  /** loops that came before there was sound, by deck: the clip, and what was dreamed of it */
  readonly #early: [number, Loop][] = [];
  /** length of the first deck's loops */
  #seconds = 0;

  constructor(private readonly console: Console) {
    const { desk, sound, decks } = console;
    const value = (name: string) => desk.of({ name, default: MIXED[name] ?? 0 });
    this.desk = computed(() =>
      Object.fromEntries(Object.keys(MIXED).map((name) => [name, value(name).value])),
    );
    this.held = computed(() => value("hold").value >= 0.5);
    this.gains = computed(() =>
      gainsOf(
        this.desk.value,
        decks.value.map(({ number }) => number),
      ),
    );
    effect(() => {
      this.#turn(this.gains.value);
    });
    effect(() => {
      for (const { player } of decks.value) player.hold(this.held.value);
    });
    sound.join(() => this.tick());
  }

  /** The newest loops are let in on all pages; on this one alone while there is no server. */
  take(): void {
    if (!this.console.send({ type: "act", name: "take", deck: 0 })) this.letIn();
  }

  /** The newest loops are let in when the present ones end. */
  letIn(): void {
    for (const { player } of this.console.decks.peek()) player.take();
  }

  /** Puts a sound beside the dreams, or takes it away. */
  choose(slot: number, id: string | null): void {
    this.console.send({ type: "sample", slot, id });
  }

  /** Takes over which sounds the server has beside the dreams. */
  follow(ids: readonly (string | null)[]): void {
    const were = this.samples.peek();
    this.samples.value = ids;
    ids.forEach((id, slot) => {
      if (id !== were[slot]) void this.#load(slot, id);
    });
  }

  /** Fetches all samples again: they are others, or others know nothing of them. */
  reload(): void {
    this.samples.peek().forEach((id, slot) => {
      if (id !== null) void this.#load(slot, id);
    });
  }

  /** A loop has come for a deck. */
  note(deck: number, loop: Loop): void {
    if (deck === 0) this.#keepTempo(loop.samples.length / loop.header.sample_rate);
    if (this.#beside) this.#beside.note(deck, loop);
    else this.#early.push([deck, loop]);
  }

  onMetering(metering: Metering): void {
    this.metering.value = metering;
    follow(this.masterLevel, metering.peak);
    metering.channels.forEach((level, k) => {
      follow(this.levels[k], level);
    });
  }

  onLimiter({ reduction, broken }: LimiterReport): void {
    this.reduction.value = Math.max(reduction, this.reduction.peek() - FALL_DB / 4, 0);
    this.broken.value = broken;
  }

  resetMeter(): void {
    this.console.sound.output?.resetMeter();
  }

  /** What sounds beside the dreams, once there is sound. */
  get beside(): Beside | null {
    return this.#beside;
  }

  tick(): void {
    const { sound, decks } = this.console;
    const { output } = sound;
    if (!output) return;
    if (!this.#beside) this.#begin();
    this.waiting.value = decks.peek().some(({ player }) => player.waiting);
    if (!sound.running) return;
    const lanes = Array.from<unknown, Led | null>({ length: 4 }, () => null);
    for (const { number, player } of decks.peek()) lanes[number] = player.led;
    this.#beside?.tick(sound.frame, lanes);
  }

  /** Loops of another length may be in another tempo, which the server gives samples too. */
  #keepTempo(seconds: number): void {
    if (this.#seconds !== 0 && this.#seconds !== seconds) this.reload();
    this.#seconds = seconds;
  }

  #begin(): void {
    const { sound, tell, keeping } = this.console;
    const { output } = sound;
    if (!output) return;
    this.#beside = new Beside(output.mixer, sound.rate, {
      onStart: (...what) => keeping.log.start(...what),
      onSample: (...what) => keeping.log.sample(...what),
      onSilence: (...what) => keeping.log.silenced(...what),
    });
    for (const [deck, loop] of this.#early.splice(0)) this.#beside.note(deck, loop);
    this.#sounds.forEach((each, slot) => {
      this.#beside?.load(slot, each);
    });
    this.#turn(this.gains.peek());
    if (output.note) tell(output.note);
  }

  #turn(gains: Gains): void {
    const { sound, keeping } = this.console;
    const { soon } = sound;
    sound.output?.mixer.apply(gains, soon);
    keeping.mixed(gains, soon);
  }

  async #load(slot: number, id: string | null): Promise<void> {
    const sound = id === null ? null : await this.#fetch(id);
    // Another one may have been chosen meanwhile.
    if (this.samples.peek()[slot] !== id) return;
    this.#sounds[slot] = sound;
    this.#beside?.load(slot, sound);
  }

  async #fetch(id: string): Promise<Recorded | null> {
    try {
      const answer = await fetch(`api/clips/${encodeURIComponent(id)}/audio`);
      if (!answer.ok) throw new Error(`it is not there (${answer.status})`);
      // Between quotation marks.
      const digest = answer.headers.get("ETag")?.slice(1, -1);
      return { ...readWav(await answer.arrayBuffer()), digest };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.console.tell(`The sample cannot be played: ${reason}`);
      return null;
    }
  }
}

/** A meter jumps up and falls slowly. */
function follow(shown: { value: number; peek(): number }, level: number): void {
  const fallen = shown.peek() - FALL_DB;
  shown.value = Math.max(level, fallen > -90 ? fallen : -Infinity);
}
