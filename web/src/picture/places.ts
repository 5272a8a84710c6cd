import type { Layout } from "../protocol/frame";

/** What one is in the 16 bits of a layout. */
export const WHOLE = 32767;

/** Between which two snapshots of a loop `phase` (0 to below 1) lies, and how far from the first. */
export interface Moment {
  before: number;
  after: number;
  share: number;
}

export function momentAt(snapshots: number, phase: number): Moment {
  const place = (phase - Math.floor(phase)) * snapshots;
  const before = Math.floor(place) % snapshots;
  return { before, after: (before + 1) % snapshots, share: place - Math.floor(place) };
}

/** x and y of each vertex, -1 to 1, at a phase of the loop. */
export function placesAt({ header, positions }: Layout, phase: number): Float32Array<ArrayBuffer> {
  const { before, after, share } = momentAt(header.snapshots, phase);
  const count = 2 * header.vertices;
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const from = positions[before * count + i];
    out[i] = (from + share * (positions[after * count + i] - from)) / WHOLE;
  }
  return out;
}

/** `share` of the way between two sets of places. */
export function mixed(from: Float32Array, to: Float32Array, share: number): Float32Array {
  return to.map((x, i) => from[i] + share * (x - from[i]));
}

const TRAVEL_MS = 2000;

/** How far vertices have come on their way to another layout: 0 to 1, gently at both ends. */
export function travelled(begun: number, now: number): number {
  const t = Math.min(1, Math.max(0, (now - begun) / TRAVEL_MS));
  return t * t * t * (t * (6 * t - 15) + 10);
}
