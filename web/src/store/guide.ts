import { computed, signal } from "@preact/signals";

const REMEMBERED = "immersions.tour";

export interface Stop {
  /** where on the page it is; the tour goes on without a mark where there is none */
  at: string;
  words: string;
}

export const STOPS: readonly Stop[] = [
  {
    at: ".begin, .round.primary",
    words:
      "Play starts the sound: a clip, round after round. It goes on whatever happens to the rest.",
  },
  {
    at: ".top .dream",
    words:
      "Dream lets the ear bend the loop, step by step, towards what some of its neurons want to hear. A change is heard with the next round.",
  },
  {
    at: ".network",
    words:
      "Every point is a neuron of the ear, lit by what you hear at this instant. Click one, and the loop turns towards it.",
  },
  {
    at: "[role=tablist]",
    words:
      "Everything that can be turned: targets, parameters, decks, mixer, scenes. Point at anything, and the line at the foot tells what it does.",
  },
  {
    at: "button[aria-label='Undo']",
    words:
      "Nothing is lost: every change can be undone, scenes keep whole states, and the performance comes back after a crash. The key ? lists all keys. Enjoy.",
  },
];

/** The sheet of keys, and the tour for whoever is here for the first time. */
export class Guide {
  readonly sheet = signal(false);
  /** the tour's present stop; null when nobody takes it */
  readonly stop = signal<number | null>(null);
  readonly #new = signal(false);
  /** whether to offer the tour */
  readonly inviting = computed(() => this.#new.value && this.stop.value === null);

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | null) {
    this.#new.value = this.#remembered() === null;
  }

  start(): void {
    this.sheet.value = false;
    this.stop.value = 0;
    this.#remember();
  }

  /** To the next stop, or the end. */
  next(): void {
    const at = this.stop.peek();
    this.stop.value = at === null || at + 1 >= STOPS.length ? null : at + 1;
  }

  leave(): void {
    this.stop.value = null;
  }

  #remembered(): string | null {
    try {
      return this.storage?.getItem(REMEMBERED) ?? null;
    } catch {
      return null; // where nothing may be stored, it is offered again
    }
  }

  #remember(): void {
    this.#new.value = false;
    try {
      this.storage?.setItem(REMEMBERED, "seen");
    } catch {
      // as above
    }
  }
}

/** The browser's storage; null where the page may not use it. */
export function storageOf(place: { readonly localStorage: Storage }): Storage | null {
  try {
    return place.localStorage;
  } catch {
    return null;
  }
}
