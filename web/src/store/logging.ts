import type { ClientMessage } from "../messages";
import type { Loop } from "../protocol/frame";

type Told = Extract<ClientMessage, { type: "sounded" | "mixed" }>;

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

  /** The server has greeted: the performance is that of this name. */
  greet(performance: string): void {
    if (this.#performance !== null && this.#performance !== performance) this.#waiting = [];
    this.#performance = performance;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.#tell(each);
  }

  /**
   * A loop's first sample, or that numbered `into`, lies at `frame`, where a crossfade of `fade`
   * frames ends.
   */
  sounded(deck: number, loop: Loop, frame: number, fade: number, into = 0): void {
    const { clock, page } = this;
    const { rate } = clock() ?? {};
    if (!rate) return;
    const { id } = loop.header;
    this.#tell({ type: "sounded", deck, page, id, frame, fade: Math.max(0, fade), into, rate });
  }

  /** The mixer's gains now; those that did not change are left out. */
  mixed(gains: Record<string, number>): void {
    const changed = Object.entries(gains).filter(([name, gain]) => this.#gains[name] !== gain);
    const now = this.clock();
    if (!now || changed.length === 0) return;
    this.#gains = { ...gains };
    const { frame, rate } = now;
    const { page } = this;
    this.#tell({ type: "mixed", page, frame, rate, gains: Object.fromEntries(changed) });
  }

  #tell(message: Told): void {
    if (this.#waiting.length === 0 && this.send(message)) return;
    this.#waiting.push(message);
    if (this.#waiting.length > MOST) this.#waiting.shift();
  }
}
