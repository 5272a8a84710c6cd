export interface Tick {
  label: string;
  /** from the bottom, 0 to 1 */
  at: number;
}

const LABELLED_HZ = [31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000];

/** Octaves of a scalogram with these bins, the top one with its unit; fewer where `height` is small. */
export function frequencyTicks(bins: readonly number[], height: number): Tick[] {
  if (bins.length < 2) return [];
  const low = Math.log(bins[0]);
  const high = Math.log(bins[bins.length - 1]);
  const ticks: Tick[] = [];
  let last = -Infinity;
  for (const hertz of LABELLED_HZ) {
    const index = ((Math.log(hertz) - low) / (high - low)) * (bins.length - 1);
    const at = (index + 0.5) / bins.length;
    // A label needs 15 pixels, and half of them to either end.
    if (at * height < 6 || at * height > height - 6 || (at - last) * height < 15) continue;
    ticks.push({ label: hertz < 1000 ? `${hertz}` : `${hertz / 1000}\u00a0k`, at });
    last = at;
  }
  const top = ticks[ticks.length - 1];
  if (top) top.label += top.label.endsWith("k") ? "Hz" : "\u00a0Hz";
  return ticks;
}
