import type { Lane } from "../audio/boundary";
import type { Led } from "../audio/companion";

/** Loops that ears of different sample rates round differently are still the same length, in frames. */
const ROUNDED = 2;

interface Playing {
  readonly number: number;
  readonly player: { readonly led: Led | null };
}

/**
 * Where loops of `length` frames on a deck have to lie to be together with the first deck that
 * plays; null where that is this one, or has loops of another length for now.
 */
export function together(decks: readonly Playing[], number: number, length: number): Lane | null {
  const first = decks.find(({ player }) => player.led);
  const led = first?.player.led;
  if (!led || first.number === number) return null;
  const { origin, length: its } = led.next ?? led.present;
  return Math.abs(its - length) <= ROUNDED ? { origin, length: its } : null;
}
