/** Zero crossings of the windowed sinc on each side: stopband below -80 dB. */
const WINGS = 24;

/**
 * A loop at another sample rate: a windowed sinc that runs round the loop's seam.
 *
 * Sources at the context's own rate need none of this; it serves ears with another rate than the
 * one that the sound card was opened with. The length is rounded to whole samples.
 */
export function resampleLoop(
  loop: Float32Array,
  from: number,
  to: number,
): Float32Array<ArrayBuffer> {
  if (from === to) return new Float32Array(loop);
  const out = new Float32Array(Math.round((loop.length * to) / from));
  const step = loop.length / out.length;
  const cutoff = Math.min(1, 1 / step);
  const reach = Math.ceil(WINGS / cutoff);
  for (let i = 0; i < out.length; i++) out[i] = cutoff * at(loop, i * step, cutoff, reach);
  return out;
}

function at(loop: Float32Array, position: number, cutoff: number, reach: number): number {
  const centre = Math.floor(position);
  let sum = 0;
  for (let k = centre - reach + 1; k <= centre + reach; k++) {
    const x = position - k;
    const index = ((k % loop.length) + loop.length) % loop.length;
    sum += loop[index] * sinc(x * cutoff) * blackman(x / reach);
  }
  return sum;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman window on -1..1. */
function blackman(x: number): number {
  if (Math.abs(x) >= 1) return 0;
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
