const MOMENT_MS = 15;

/**
 * Calls back after a moment in which more of the same may come. Not with the next repaint: on a
 * machine that draws slowly, a turned fader would wait for the picture.
 */
export function soon(callback: () => void): void {
  setTimeout(callback, MOMENT_MS);
}
