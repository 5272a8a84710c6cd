import { signal } from "@preact/signals";
import type { ClientMessage, SceneList, SceneName, Steps } from "../messages";

export const MOST_SCENES = 64;

/** The performance's scenes and the steps that can be undone, as the server has them. */
export class Memory {
  readonly scenes = signal<readonly SceneName[]>([]);
  /** the scene moved to last, while nothing was changed since */
  readonly recalled = signal<number | null>(null);
  readonly morphing = signal(false);
  readonly steps = signal({ undo: 0, redo: 0 });
  /** how long faders travel to a scene, in seconds */
  readonly seconds = signal(0);

  /** `release` lets go of what is in the performer's hand, since it is about to be moved. */
  constructor(
    private readonly send: (message: ClientMessage) => boolean,
    private readonly release: () => void,
  ) {}

  follow(message: SceneList | Steps): void {
    if (message.type === "steps") this.steps.value = { undo: message.undo, redo: message.redo };
    else {
      this.scenes.value = message.scenes;
      this.recalled.value = message.recalled;
      this.morphing.value = message.morphing;
    }
  }

  /** The first place without a scene; null where all are taken. */
  get free(): number | null {
    const taken = new Set(this.scenes.peek().map(({ place }) => place));
    for (let place = 0; place < MOST_SCENES; place++) if (!taken.has(place)) return place;
    return null;
  }

  has(place: number): boolean {
    return this.scenes.peek().some((scene) => scene.place === place);
  }

  store(place: number): void {
    this.send({ type: "store", place, name: "" });
  }

  recall(place: number): void {
    if (!this.has(place)) return;
    this.release();
    this.send({ type: "recall", place, seconds: this.seconds.peek() });
  }

  rename(place: number, name: string): void {
    if (name.trim()) this.send({ type: "rename", place, name: name.trim().slice(0, 60) });
  }

  delete(place: number): void {
    this.send({ type: "delete", place });
  }

  undo(): void {
    this.#go("undo");
  }

  redo(): void {
    this.#go("redo");
  }

  #go(name: "undo" | "redo"): void {
    this.release();
    this.send({ type: "act", name, deck: 0 });
  }
}
