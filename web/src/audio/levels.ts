/** Amplitude of a deck (0 to 3) at a place of the crossfader (0 to 1): A and C left, B and D right. */
export function crossfadeLevel(deck: number, crossfade: number): number {
  const angle = (Math.PI / 2) * crossfade;
  return deck % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
}
