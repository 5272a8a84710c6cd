import type { Fitted } from "../audio/slot";
import type { ClientMessage } from "../messages";
import type { Loop } from "../protocol/frame";

type Told = Extract<ClientMessage, { type: "sounded" | "beside" | "silenced" | "mixed" }>;

type WithoutPage<T> = T extends Told ? Omit<T, "page" | "rate"> : never;
type Said = WithoutPage<Told>;

/** What waits for a server that is away; the oldest goes first. */
const MOST = 500;

/**
 * Tells the server what this page lets sound and when, for the performance's log: what is said
 * while it is away waits, and is forgotten where another performance answers.
 */
export class SoundLog {
  /** by this number the log knows the page */
  readonly page = Math.floor(Math.random() * 2 ** 52);
  #waiting: Told[] = [];
  #performance: string | null = null;
  #gains: Record<string, number> = {};

  constructor(
    private readonly send: (message: Told) => boolean,
    private readonly clock: () => { frame: number; rate: number } | null,
  ) {}

  /** The server has greeted: the performance is that of this name. Whether it is another one now. */
  greet(performance: string): boolean {
    const other = this.#performance !== null && this.#performance !== performance;
    this.#performance = performance;
    const waiting = other ? [] : this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.#tell(each);
    if (other) this.#tellAgain();
    return other;
  }

  /**
   * A loop's first sample, or that numbered `into`, lies at `frame`, where a crossfade of `fade`
   * frames ends.
   */
  sounded(deck: number, loop: Loop, frame: number, fade: number, into = 0): void {
    const { id } = loop.header;
    this.#say({ type: "sounded", deck, id, frame, fade: Math.max(0, fade), into });
  }

  /** A deck's start clip: its sample numbered `into` lies at `frame`, where a crossfade ends. */
  start(place: string, loop: Loop, frame: number, fade: number, into: number): void {
    const { id } = loop.header;
    this.#say({ type: "beside", place, frame, fade, into, id, sound: null, length: null });
  }

  /** As `start`, of a sample. */
  sample(place: string, loop: Fitted, frame: number, fade: number, into: number): void {
    const { digest = null } = loop.sound;
    const { length } = loop;
    this.#say({ type: "beside", place, frame, fade, into, id: null, sound: digest, length });
  }

  /** What a place of the mixer plays fades away from `frame` on. */
  silenced(place: string, frame: number): void {
    this.#say({ type: "silenced", place, frame });
  }

  /** The mixer's gains from `frame` on; those that did not change are left out. */
  mixed(gains: Record<string, number>, frame: number): void {
    const changed = Object.entries(gains).filter(([name, gain]) => this.#gains[name] !== gain);
    if (!this.clock() || changed.length === 0) return;
    this.#gains = { ...gains };
    this.#say({ type: "mixed", frame, gains: Object.fromEntries(changed) });
  }

  /** What another performance's log does not know, and may never change. */
  #tellAgain(): void {
    const gains = this.#gains;
    this.#gains = {};
    this.mixed(gains, this.clock()?.frame ?? 0);
  }

  #say(what: Said): void {
    const { rate } = this.clock() ?? {};
    if (rate) this.#tell({ ...what, page: this.page, rate });
  }

  #tell(message: Told): void {
    if (this.#waiting.length === 0 && this.send(message)) return;
    this.#waiting.push(message);
    if (this.#waiting.length > MOST) this.#waiting.shift();
  }
}
