import { gathered } from "../store/soon";

/** MIDI messages are passed on together, so often; more quickly than any hand moves. */
export const BATCH_MS = 8;
/** Of more bytes than this at once, only the newest value of each fader is passed on. */
const FLOOD_BYTES = 1536;
/** The most bytes that one message to the server takes. */
const MOST_BYTES = 4096;

type Send = (bytes: number[], at: number) => void;

/** What one port sends, gathered for a moment. Notes are never dropped. */
export class Batch {
  #waiting: number[][] = [];
  #size = 0;
  #at = 0;
  readonly #flushSoon: () => void;

  constructor(
    private readonly send: Send,
    later: (callback: () => void) => void = (callback) => void setTimeout(callback, BATCH_MS),
  ) {
    this.#flushSoon = gathered(() => this.flush(), later);
  }

  /** Takes a message that came at `at`, in milliseconds of `performance.now`. */
  take(message: Uint8Array, at: number): void {
    if (message.length === 0) return;
    // Active sensing, and what devices say in their own language, move nothing; clocks are
    // followed elsewhere.
    if (message[0] >= 0xf0) return;
    this.#waiting.push([...message]);
    this.#size += message.length;
    this.#at = at;
    this.#flushSoon();
  }

  /** Passes on what waits. */
  flush(): void {
    const messages = this.#size > FLOOD_BYTES ? newest(this.#waiting) : this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    let bytes: number[] = [];
    for (const message of messages) {
      if (bytes.length + message.length > MOST_BYTES) {
        this.send(bytes, this.#at);
        bytes = [];
      }
      bytes.push(...message);
    }
    if (bytes.length > 0) this.send(bytes, this.#at);
  }
}

/** The last message of each controller and wheel, and all others, in the order in which they came. */
export function newest(messages: number[][]): number[][] {
  const last = new Map<string, number>();
  const keys = messages.map(([status, number]) => {
    const kind = status & 0xf0;
    if (kind === 0xb0) return `${status} ${number}`;
    return kind === 0xe0 ? `${status}` : null;
  });
  keys.forEach((key, at) => {
    if (key) last.set(key, at);
  });
  return messages.filter((_, at) => {
    const key = keys[at];
    return !key || last.get(key) === at;
  });
}
