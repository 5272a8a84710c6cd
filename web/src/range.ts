import type { LayerShape, Range } from "./messages";

/** (position, span), both from 0 to 1: what a pair of faders says about an axis. */
export type Fraction = [number, number];
export type Axis = "channel" | "pitch" | "time";
export const AXES: readonly Axis[] = ["channel", "pitch", "time"];

/**
 * First unit and end (exclusive) of a (position, span) pair on an axis of `count` units.
 * The server holds the same rule: span 0 selects one unit; position 1 with span 0 the last one.
 */
export function units([position, span]: Fraction, count: number): [number, number] {
  const start = Math.min(count - 1, Math.floor(position * (1 - span) * count));
  return [start, Math.max(start + 1, Math.min(count, Math.floor(start + span * count + 1)))];
}

/** The (position, span) pair that selects units `start` to `end` (exclusive) of `count`. */
export function fraction(start: number, end: number, count: number): Fraction {
  const chosen = Math.max(1, end - start);
  if (chosen >= count) return [0, 1];
  // Half a unit inside, so that rounding never falls to the neighbouring unit.
  const span = Math.max(0, (chosen - 0.5) / count);
  const whole = chosen === 1 ? 0 : span;
  return [Math.min(1, (start + 0.5) / count / (1 - whole)), whole];
}

/** The distance of two neighbouring fader positions that leaves out none of `count` units. */
export function faderStep(count: number): number {
  return Math.min(0.002, 0.5 / count);
}

/** How many units an axis of a layer has. */
export function count(layer: LayerShape, axis: Axis): number {
  if (axis === "channel") return layer.channels;
  return axis === "pitch" ? layer.pitches : layer.frames;
}

/** The units that a range selects, as a performer reads them: "3", "3–7 of 128", "all 128". */
export function describeUnits(value: Fraction, of: number): string {
  const [start, end] = units(value, of);
  if (end - start === of) return of === 1 ? "the only one" : `all ${of}`;
  return end - start === 1 ? `${start} of ${of}` : `${start}–${end - 1} of ${of}`;
}

/** A whole layer with weight 1: what a newly chosen layer starts from. */
export function wholeLayer(layer: string): Range {
  return { layer, weight: 1, channel: [0, 1], pitch: [0, 1], time: [0, 1] };
}

/** How many neurons a range selects. */
export function neuronCount(range: Range, layer: LayerShape): number {
  const [c0, c1] = units(range.channel, layer.channels);
  const [p0, p1] = units(range.pitch, layer.pitches);
  return (c1 - c0) * (p1 - p0);
}
