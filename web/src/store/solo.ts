import { signal } from "@preact/signals";
import type { Range } from "../messages";
import type { DeckMessage } from "./addressed";

/** What is held to be listened to alone. Once let go of, the server goes on as before. */
export class Solo {
  readonly held = signal<Range | null>(null);
  #letGo: (() => void) | null = null;

  /** `to` is asked once, so that what was begun on a deck ends there. */
  constructor(private readonly to: () => (message: DeckMessage) => boolean) {}

  hold(range: Range): void {
    this.letGo();
    const send = this.to();
    // One weight is as good as another, but below zero it would be kept silent.
    const alone = { ...range, weight: 1 };
    if (!send({ type: "solo", range: alone })) return;
    this.held.value = alone;
    this.#letGo = () => send({ type: "solo", range: null });
  }

  letGo(): void {
    this.#letGo?.();
    this.#letGo = null;
    this.held.value = null;
  }
}
