const MOMENT_MS = 15;

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
