import { effect, signal } from "@preact/signals";
import { Cue, canCue, outputs } from "../audio/cue";
import type { Player } from "../audio/player";
import type { Loop } from "../protocol/frame";

export interface CueOutput {
  id: string;
  label: string;
}

/** The newest loop on a second output, before the room hears it. */
export class Cueing {
  readonly possible = canCue();
  readonly devices = signal<CueOutput[]>([]);
  /** id of the output that is cued on, or empty */
  readonly device = signal("");
  #cue: Cue | null = null;

  constructor(
    private readonly player: () => Player,
    private readonly tell: (line: string) => void,
  ) {
    // Another deck was taken in hand: its newest loop is cued.
    effect(() => {
      const { newest } = this.player();
      if (newest) this.play(newest);
    });
  }

  /** What plays on the second output, while one is chosen. */
  get cue(): Cue | null {
    return this.#cue;
  }

  /** Has the browser say which outputs there are; needs a user's gesture. */
  async find(): Promise<void> {
    await this.#trying(async () => {
      const found = await outputs();
      this.devices.value = found.map(({ deviceId, label }, k) => ({
        id: deviceId,
        label: label || `Output ${k + 1}`,
      }));
    });
  }

  /** Cues on this output; on none where it is empty. */
  async on(device: string): Promise<void> {
    await this.#cue?.close();
    this.#cue = null;
    this.device.value = "";
    const { newest } = this.player();
    if (!device) return;
    if (!newest) {
      this.tell("There is nothing to cue yet: no loop has come.");
      return;
    }
    await this.#trying(async () => {
      const cue = new Cue(newest.header.sample_rate, () => this.#phase());
      await cue.open(device);
      this.#cue = cue;
      this.device.value = device;
      this.play(newest);
    });
  }

  /** A newer loop takes the place of the one that is cued. */
  play(loop: Loop): void {
    this.#cue?.play(loop);
  }

  #phase(): number {
    return this.player().heard(performance.now())?.phase ?? 0;
  }

  async #trying(attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error));
    }
  }
}
