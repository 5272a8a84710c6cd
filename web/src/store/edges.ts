import { signal } from "@preact/signals";
import type { Edges } from "../messages";

const MOST_KEPT = 512;
/** A pointer that only passes by asks for nothing. */
export const PAUSE_MS = 120;

export type Fetching = (url: string) => Promise<Response>;

/** The strongest edges of the neuron under the pointer, kept by ear and neuron. */
export class EdgeStore {
  /** of the neuron that was asked for last; none while they are on their way */
  readonly shown = signal<Edges | null>(null);
  readonly #kept = new Map<string, Edges>();
  #wanted = "";
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly get: Fetching = (url) => fetch(url)) {}

  /** Shows the edges of a neuron of an ear, once it was wanted for a moment; of none with null. */
  want(hash: string, neuron: number | null): void {
    const key = neuron === null ? "" : `${hash}/${neuron}`;
    if (key === this.#wanted) return;
    this.#wanted = key;
    clearTimeout(this.#timer);
    this.shown.value = this.#kept.get(key) ?? null;
    if (key && !this.shown.peek()) this.#timer = setTimeout(() => void this.#ask(key), PAUSE_MS);
  }

  /** Asks one question at a time; when it is answered, for what is wanted by then. */
  async #ask(key: string): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const response = await this.get(`api/edges/${key}`);
      if (response.ok) this.#keep(key, (await response.json()) as Edges);
    } catch {
      // Out of reach for now; the neuron is drawn without its edges.
    } finally {
      this.#asking = false;
    }
    const next = this.#wanted;
    if (next === key) this.shown.value = this.#kept.get(key) ?? null;
    else if (next && !this.#kept.has(next)) void this.#ask(next);
  }

  #keep(key: string, edges: Edges): void {
    this.#kept.set(key, edges);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}
