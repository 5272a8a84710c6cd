import { aside, type Lane } from "../audio/boundary";
import type { SongPlace } from "../messages";

/** What is heard at a moment: a frame of the audio clock, and the server's seconds then. */
export interface Hearing {
  frame: number;
  server: number;
  rate: number;
}

/** A grid that is off by less stays where it is: clocks are read no better. */
const OFF_SECONDS = 0.005;
/** So many readings in a row have to tell of another place. */
const READINGS = 5;
/** A loop that lasts so much longer or shorter than its quarters is in another tempo, as a share. */
const ALIKE = 0.01;
/** As many lengths as there may be at a time: one for each deck. */
const LENGTHS = 4;

interface Known extends Lane {
  quarters: number;
  /** readings in a row by which it is off */
  off: number;
}

/**
 * Where loops have to lie for their first samples to be heard on whole multiples of their quarters in
 * a song that is followed. What it once said of a length it says to all decks, until the song is
 * elsewhere: so they stay together to the sample.
 */
export class Grid {
  #song: SongPlace | null = null;
  #hearing: Hearing | null = null;
  #known: Known[] = [];

  /** The song is here; null where nobody knows. */
  follow(song: SongPlace | null): void {
    this.#song = song;
  }

  /** What is heard now; null where that is not known. Called often. */
  tick(hearing: Hearing | null): void {
    this.#hearing = hearing;
    if (!this.#song || !hearing) return;
    for (const known of this.#known) {
      const wanted = due(this.#song, hearing, known.quarters);
      const off = Math.abs(aside(wanted, known)) > OFF_SECONDS * hearing.rate;
      known.off = off ? known.off + 1 : 0;
      if (known.off < READINGS) continue;
      known.origin = Math.round(wanted);
      known.off = 0;
    }
  }

  /** Where a loop of `length` frames and so many quarters has to lie; null where that is its own. */
  lane(length: number, quarters: number): Lane | null {
    const [song, hearing] = [this.#song, this.#hearing];
    if (!song || !hearing) return null;
    const expected = (quarters * 60 * hearing.rate) / song.bpm;
    if (Math.abs(length / expected - 1) > ALIKE) return null;
    const found = this.#known.find((each) => each.length === length && each.quarters === quarters);
    if (found) return { origin: found.origin, length };
    const origin = Math.round(due(song, hearing, quarters));
    this.#known = [...this.#known, { origin, length, quarters, off: 0 }].slice(-LENGTHS);
    return { origin, length };
  }
}

/** The frame that is heard when the song comes to the next multiple of so many quarters. */
export function due({ at, quarters, bpm }: SongPlace, now: Hearing, every: number): number {
  const present = quarters + ((now.server - at) * bpm) / 60;
  const left = Math.ceil(present / every) * every - present;
  return now.frame + ((left * 60) / bpm) * now.rate;
}
