/** What is faded where a sample is cut or ends within its place. */
const FADE_SECONDS = 0.005;

/** The period at which a sample of `count` frames repeats beside loops of `loop` frames. */
export function periodOf(count: number, loop: number): number {
  if (count >= loop) return loop * Math.max(1, Math.round(count / loop));
  return loop / Math.max(1, Math.round(loop / count));
}

/**
 * A sample made to repeat in time with loops of `loop` frames, which it is given at their rate: once
 * in some whole number of loops, or some whole number of times in one, whichever is nearest to its
 * own length. What is longer is cut, what is shorter waits for its next turn. The answer lasts
 * whole loops.
 */
export function fitted(
  samples: Float32Array,
  loop: number,
  rate: number,
): Float32Array<ArrayBuffer> {
  const period = periodOf(Math.max(1, samples.length), loop);
  const turns = period >= loop ? 1 : Math.round(loop / period);
  const out = new Float32Array(turns === 1 ? period : loop);
  for (let turn = 0; turn < turns; turn++) {
    const from = Math.round(turn * period);
    const room = Math.round((turn + 1) * period) - from;
    out.set(samples.subarray(0, room), from);
    // One frame more or less is rounding: a loop that fits goes on without a seam.
    if (Math.abs(room - samples.length) > 1)
      fadeOut(out.subarray(from, from + Math.min(room, samples.length)), rate);
  }
  return out;
}

function fadeOut(part: Float32Array, rate: number): void {
  const count = Math.min(part.length, Math.round(FADE_SECONDS * rate));
  for (let i = 0; i < count; i++)
    part[part.length - 1 - i] *= 0.5 - 0.5 * Math.cos((Math.PI * i) / count);
}
