/** Which loops are possible; `immersions.stage.tempo` says the same, see `bars.table.json`. */
export const SLOWEST_BPM = 20;
export const FASTEST_BPM = 300;
export const MOST_BARS = 8;
export const UNITS = [2, 4, 8, 16] as const;
const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 16;
const TOLERANCE = 1e-9;

/** How long a loop lasts: quarters are counted whatever the metre. */
export function loopSeconds(bpm: number, bars: number, beats: number, unit: number): number {
  return (bars * 60 * ((4 * beats) / unit)) / bpm;
}

/** The numbers of bars that last 1 to 16 s. */
export function possibleBars(bpm: number, beats: number, unit: number): number[] {
  const all = Array.from({ length: MOST_BARS }, (_, index) => index + 1);
  return all.filter((bars) => {
    const seconds = loopSeconds(bpm, bars, beats, unit);
    return seconds >= SHORTEST_SECONDS - TOLERANCE && seconds <= LONGEST_SECONDS + TOLERANCE;
  });
}
