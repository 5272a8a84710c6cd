import type { Ingredient } from "../audio/mixing";
import { SAMPLES } from "../audio/mixing";
import type { Uploaded } from "../messages";
import { inMemory, Kept, mixture, soundOf, upload } from "./uploads";

/** Who wants what came in. */
export interface Taker {
  /** starts from a sound */
  start(id: string): void;
  /** puts a sound beside the dreams */
  beside(slot: number, id: string): void;
  tell(line: string): void;
}

/** Sound files and mixtures on their way to the server, and kept for another one. */
export class Intake {
  readonly #kept = new Kept();

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
      this.#kept.keep(made.id, await soundOf(made));
    });
  }

  /** Gives a new server what went with the old one; answers its new id. */
  async again(id: string): Promise<string> {
    const file = this.#kept.of(id);
    if (!file) throw new Error("this page did not upload it");
    return (await this.#upload(file)).id;
  }

  async #take(file: File): Promise<string | null> {
    return this.#trying(async () => {
      const taken = await this.#upload(await inMemory(file));
      if (taken.warning) this.taker.tell(`${file.name}: ${taken.warning}`);
      return taken.id;
    });
  }

  async #upload(file: File): Promise<Uploaded> {
    const taken = await upload(file);
    this.#kept.keep(taken.id, file);
    return taken;
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
