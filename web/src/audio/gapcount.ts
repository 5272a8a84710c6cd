/**
 * Counts interruptions of a pilot signal.
 *
 * Music may fall silent and may jump, so a gap cannot be told from the music itself. Every loop
 * therefore carries a second channel, a constant that takes the same way through the same source
 * and gain: the pilot. It never touches zero while a loop sounds and only ever moves as slowly as a
 * crossfade; successive loops have different levels, so a swap without a fade is a jump.
 */
export interface GapReport {
  /** runs of silence of the pilot */
  gaps: number;
  /** steps of the pilot from one sample to the next */
  jumps: number;
  /** samples of the sound that were not finite */
  broken: number;
  /** loudest sample of the sound since the last report, and its frame on the context's clock */
  peak: number;
  peakFrame: number;
}

/** As many samples below `SILENT` are a gap. */
export const SHORTEST_GAP = 8;
const SILENT = 1e-4;
/** Above what a 20 ms fade between the levels moves in a sample at 8 kHz, below their difference. */
const LARGEST_STEP = 0.06;

export class GapCounter {
  #report: GapReport = { gaps: 0, jumps: 0, broken: 0, peak: 0, peakFrame: 0 };
  #last = 0;
  #silent = 0;
  /** Nothing counts before the first loop sounds. */
  #armed = false;

  /** One block of the sound and of its pilot; `frame` is the block's first frame. */
  push(sound: Float32Array, pilot: Float32Array, frame: number): void {
    for (let i = 0; i < pilot.length; i++) {
      this.#pilot(pilot[i]);
      this.#sound(sound[i], frame + i);
    }
  }

  /** What was counted since the start; the peak since the last call. */
  report(): GapReport {
    const report = { ...this.#report };
    this.#report.peak = 0;
    return report;
  }

  #pilot(value: number): void {
    if (!this.#armed) {
      this.#armed = value > SILENT;
      this.#last = value;
      return;
    }
    if (!(Math.abs(value - this.#last) <= LARGEST_STEP)) this.#report.jumps++;
    this.#last = value;
    this.#silent = value > SILENT ? 0 : this.#silent + 1;
    if (this.#silent === SHORTEST_GAP) this.#report.gaps++;
  }

  #sound(value: number, frame: number): void {
    const size = Math.abs(value);
    if (!Number.isFinite(size)) this.#report.broken++;
    else if (size > this.#report.peak) {
      this.#report.peak = size;
      this.#report.peakFrame = frame;
    }
  }
}
