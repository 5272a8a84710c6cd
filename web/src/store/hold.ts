import type { State } from "../messages";
import type { Loop } from "../protocol/frame";

/**
 * What a server that was started again says of itself while it is told how things were: not to be
 * seen or heard. It is over when the server answers that it has obeyed all of it (`Synced`).
 */
export class Hold {
  readonly #loops = new Map<Loop["header"]["kind"], Loop>();
  #wanted: State | null = null;
  /** loops dreamed with an earlier generation are of what the server would have begun with */
  #begun = Number.POSITIVE_INFINITY;

  constructor(private readonly found: State) {}

  /** `wanted` is being told to the server from now on. */
  want(wanted: State): void {
    this.#wanted = wanted;
    this.see(this.found);
  }

  see(state: State): void {
    const { clip, seed } = this.#wanted ?? {};
    if (state.clip === clip && state.seed === seed)
      this.#begun = Math.min(this.#begun, state.generation);
  }

  hear(loop: Loop): void {
    this.#loops.set(loop.header.kind, loop);
  }

  /** What may be heard, now that the server is in `state`: oldest first. */
  release(state: State): Loop[] {
    this.see(state);
    return [...this.#loops.values()]
      .filter(({ header }) => header.generation >= this.#begun)
      .sort((one, other) => one.header.id - other.header.id);
  }
}
