import { type Levels, NO_LEVELS } from "./loudness";

/** Numbers about the master in a message; the channels' peaks follow. */
export const METERED = 6;

/** What the meters show: of the master, and the peak of each channel in dBFS. */
export interface Metering extends Levels {
  channels: number[];
}

export const SILENCE: Metering = { ...NO_LEVELS, channels: [] };

/** Writes a message without allocating anything; `peaks` are magnitudes. */
export function writeLevels(message: Float64Array, levels: Levels, peaks: Float64Array): void {
  message[0] = levels.momentary;
  message[1] = levels.shortTerm;
  message[2] = levels.integrated;
  message[3] = levels.peak;
  message[4] = levels.truePeak;
  message[5] = levels.maximum;
  message.set(peaks, METERED);
}

export function readLevels(message: Float64Array): Metering {
  const [momentary, shortTerm, integrated, peak, truePeak, maximum, ...peaks] = message;
  const channels = peaks.map((size) => (size > 0 ? 20 * Math.log10(size) : -Infinity));
  return { momentary, shortTerm, integrated, peak, truePeak, maximum, channels };
}
