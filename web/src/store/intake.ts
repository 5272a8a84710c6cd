import type { Ingredient } from "../audio/mixing";
import { SAMPLES } from "../audio/mixing";
import { inMemory, mixture, upload } from "./uploads";

/** Who wants what came in. */
export interface Taker {
  /** starts from a sound */
  start(id: string): void;
  /** puts a sound beside the dreams */
  beside(slot: number, id: string): void;
  tell(line: string): void;
}

/** Sound files and mixtures on their way to the server. */
export class Intake {
  constructor(private readonly taker: Taker) {}

  /** Starts from the first file; the others are ready to be chosen. */
  async useFiles(files: readonly File[]): Promise<void> {
    let begun = false;
    for (const file of files) {
      const id = await this.#take(file);
      if (id && !begun) {
        begun = true;
        this.taker.start(id);
      }
    }
  }

  /** Puts files beside the dreams, the first into `slot` and each other into the next. */
  async useSamples(slot: number, files: readonly File[]): Promise<void> {
    const room = SAMPLES - slot;
    let next = slot;
    for (const file of files.slice(0, room)) {
      const id = await this.#take(file);
      if (id) this.taker.beside(next++, id);
    }
    if (files.length > room)
      this.taker.tell(`${files.length - room} of ${files.length} files found no free channel`);
  }

  /** Starts from what the mixer plays beside the dream. */
  async useMixture(parts: readonly Ingredient[], deck: number): Promise<void> {
    await this.#trying(async () => {
      const made = await mixture(parts, deck);
      this.taker.start(made.id);
    });
  }

  async #take(file: File): Promise<string | null> {
    return this.#trying(async () => {
      const taken = await upload(await inMemory(file));
      if (taken.warning) this.taker.tell(`${file.name}: ${taken.warning}`);
      return taken.id;
    });
  }

  async #trying<Result>(attempt: () => Promise<Result>): Promise<Result | null> {
    try {
      return await attempt();
    } catch (error) {
      this.taker.tell(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
