/** Zero crossings of the windowed sinc on each side: what is folded back lies below -80 dB. */
const WINGS = 24;
/** Entries of the kernel's table from one zero crossing to the next; between them, lines. */
const FINENESS = 512;

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
  const out = new Float32Array(lengthAt(loop.length, from, to));
  const step = loop.length / out.length;
  const cutoff = Math.min(1, 1 / step);
  const reach = Math.ceil(WINGS / cutoff);
  const kernel = kernelTable();
  // As if the loop went on before its beginning and after its end.
  const around = Float32Array.from({ length: loop.length + 2 * reach }, (_, i) => {
    const k = (i - reach) % loop.length;
    return loop[k < 0 ? k + loop.length : k];
  });
  for (let i = 0; i < out.length; i++) {
    const position = i * step;
    const first = Math.floor(position) - reach + 1;
    let sum = 0;
    for (let k = first; k < first + 2 * reach; k++)
      sum += around[k + reach] * at(kernel, Math.abs(position - k) * cutoff);
    out[i] = cutoff * sum;
  }
  return out;
}

/** How long a loop of `length` samples is at another rate, in whole samples. */
export function lengthAt(length: number, from: number, to: number): number {
  return Math.round((length * to) / from);
}

/** The kernel's right half, at `FINENESS` points a zero crossing. */
function kernelTable(): Float32Array {
  return Float32Array.from({ length: WINGS * FINENESS + 2 }, (_, i) => {
    const x = i / FINENESS;
    return x >= WINGS ? 0 : sinc(x) * blackman(x / WINGS);
  });
}

function at(kernel: Float32Array, x: number): number {
  const place = x * FINENESS;
  const index = Math.floor(place);
  if (index + 1 >= kernel.length) return 0;
  return kernel[index] + (place - index) * (kernel[index + 1] - kernel[index]);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman window on 0..1. */
function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
