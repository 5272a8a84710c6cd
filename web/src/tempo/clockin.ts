import type { ClockEvent } from "../messages";

const KINDS: Record<number, ClockEvent["kind"] | undefined> = {
  248: "clock",
  250: "start",
  251: "continue",
  252: "stop",
  242: "position",
};
/** Pulses are passed on together, so often: when they came is told with them. */
const TOGETHER_MS = 40;

/** Passes on what comes of a MIDI clock, each message with its time. */
export class ClockIn {
  #waiting: ClockEvent[] = [];

  constructor(
    private readonly send: (events: ClockEvent[]) => void,
    private readonly later: (callback: () => void) => void = (callback) =>
      void setTimeout(callback, TOGETHER_MS),
  ) {}

  /** A MIDI message that came at `at`, in milliseconds of `performance.now`. */
  take(data: Uint8Array, at: number): void {
    const kind = KINDS[data[0]];
    if (!kind || (kind === "position" && data.length < 3)) return;
    const sixteenths = kind === "position" ? (data[1] & 127) + 128 * (data[2] & 127) : 0;
    this.#waiting.push({ kind, at: at / 1000, sixteenths });
    if (this.#waiting.length > 1) return;
    this.later(() => {
      this.send(this.#waiting.slice(-256));
      this.#waiting = [];
    });
  }
}
