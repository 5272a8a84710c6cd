const MOMENT_MS = 15;
/** What the performer turned is not turned back by an older word of the server's for this long. */
export const HELD_MS = 700;

/** Calls back when what was turned at last is out of the performer's hand. */
export function afterwards(callback: () => void): void {
  setTimeout(callback, HELD_MS);
}

/**
 * Calls back after a moment in which more of the same may come. Not with the next repaint: on a
 * machine that draws slowly, a turned fader would wait for the picture.
 */
export function soon(callback: () => void): void {
  setTimeout(callback, MOMENT_MS);
}

/** Calls `callback` once after a moment, however often that is asked for until then. */
export function gathered(callback: () => void, later = soon): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    later(() => {
      waiting = false;
      callback();
    });
  };
}
