const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** The nearest note of equal temperament, A4 at 440 Hz: "A4", "C♯3". */
export function noteOf(hertz: number): string {
  const number = Math.round(69 + 12 * Math.log2(hertz / 440));
  return `${NAMES[((number % 12) + 12) % 12]}${Math.floor(number / 12) - 1}`;
}

/** A frequency as musicians read it: "87.3 Hz", "440 Hz", "2.64 kHz". */
export function hertzText(hertz: number): string {
  if (hertz >= 1000) return `${Number((hertz / 1000).toPrecision(3))}\u00a0kHz`;
  return `${Number(hertz.toPrecision(3))}\u00a0Hz`;
}

/** The frequency at a bin between two others: bins are spaced evenly on a logarithmic scale. */
export function frequencyAt(bins: readonly number[], bin: number): number {
  const below = Math.max(0, Math.min(bins.length - 1, Math.floor(bin)));
  const above = Math.min(bins.length - 1, below + 1);
  return bins[below] * (bins[above] / bins[below]) ** (bin - below);
}

/** What a neuron hears of the scalogram, bins `low` to `high`: its pitch, or the range of it. */
export function pitchText(bins: readonly number[], low: number, high: number): string {
  const middle = frequencyAt(bins, (low + high) / 2);
  return `${hertzText(middle)}, ${noteOf(middle)}`;
}
