import type { LayerShape, Range } from "../messages";
import { type Fraction, fraction, neuronCount, units } from "../range";
import { area, cover } from "./cover";

/** Ranges in one target, at most: the server's own limit. */
export const MOST_RANGES = 64;

/**
 * Any neurons of one layer, for some of the loop, with one weight: what a performer calls a target.
 *
 * On the wire it is one range or several side by side, which share its weight by their neurons, so
 * that together they count as one range of all would.
 */
export interface Piece {
  layer: LayerShape;
  weight: number;
  time: Fraction;
  /** of the layer, channel * pitches + pitch: not zero where it is meant */
  neurons: Uint8Array;
  /** the ranges that say it now; none where it has been changed */
  ranges: readonly Range[];
}

const NEARLY = 1e-4;

/** The pieces that ranges say: those that lie side by side and share a weight of at most one. */
export function piecesOf(layers: readonly LayerShape[], ranges: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  let last: { piece: Piece; density: number } | null = null;
  for (const range of ranges) {
    const layer = layers.find(({ name }) => name === range.layer);
    if (!layer) continue;
    const density = range.weight / neuronCount(range, layer);
    if (last && belongs(last.piece, last.density, range, density)) {
      last.piece.weight += range.weight;
      last.piece.ranges = [...last.piece.ranges, range];
    } else {
      const neurons = new Uint8Array(layer.channels * layer.pitches);
      const { weight, time } = range;
      last = { piece: { layer, weight, time, neurons, ranges: [range] }, density };
      pieces.push(last.piece);
    }
    fill(last.piece, range);
  }
  for (const piece of pieces) piece.weight = Number(piece.weight.toPrecision(6));
  return pieces;
}

function belongs(piece: Piece, density: number, range: Range, its: number): boolean {
  return (
    piece.layer.name === range.layer &&
    piece.time.join() === range.time.join() &&
    Math.abs(its / density - 1) < NEARLY &&
    Math.abs(piece.weight + range.weight) <= 1 + NEARLY
  );
}

function fill({ neurons, layer }: Piece, range: Range): void {
  const [first, end] = units(range.channel, layer.channels);
  const [low, high] = units(range.pitch, layer.pitches);
  for (let channel = first; channel < end; channel++)
    neurons.fill(1, channel * layer.pitches + low, channel * layer.pitches + high);
}

/** What ranges say, and how many neurons had to be left out of it. */
export interface Said {
  ranges: Range[];
  left: number;
}

/** The fewest ranges that say the pieces; the largest where that are too many. */
export function rangesOf(pieces: readonly Piece[], most = MOST_RANGES): Said {
  const parts = pieces.flatMap((piece, number) =>
    piece.ranges.length > 0
      ? piece.ranges.map((range) => ({ number, range, size: neuronCount(range, piece.layer) }))
      : cover(piece.neurons, piece.layer.pitches).map((each) => ({
          number,
          range: rangeOf(piece, each),
          size: area(each),
        })),
  );
  const kept = new Set([...parts].sort((a, b) => b.size - a.size).slice(0, most));
  const left = parts.reduce((sum, part) => sum + (kept.has(part) ? 0 : part.size), 0);
  const sizes = pieces.map(() => 0);
  for (const { number, size } of kept) sizes[number] += size;
  const ranges = parts
    .filter((part) => kept.has(part))
    .map(({ number, range, size }) => {
      const whole = pieces[number].ranges.length > 0 && left === 0;
      return whole ? range : { ...range, weight: (pieces[number].weight * size) / sizes[number] };
    });
  return { ranges, left };
}

function rangeOf(
  { layer, weight, time }: Piece,
  { top, bottom, left, right }: { top: number; bottom: number; left: number; right: number },
): Range {
  return {
    layer: layer.name,
    weight,
    channel: fraction(top, bottom, layer.channels),
    pitch: fraction(left, right, layer.pitches),
    time,
  };
}

/** The smallest range that holds all of a piece: where the faders stand when it is in hand. */
export function around(piece: Piece): Range {
  const { pitches } = piece.layer;
  let [top, bottom, left, right] = [Infinity, 0, Infinity, 0];
  piece.neurons.forEach((set, neuron) => {
    if (!set) return;
    const channel = Math.floor(neuron / pitches);
    const pitch = neuron % pitches;
    [top, bottom] = [Math.min(top, channel), Math.max(bottom, channel + 1)];
    [left, right] = [Math.min(left, pitch), Math.max(right, pitch + 1)];
  });
  if (bottom === 0) [top, bottom, left, right] = [0, piece.layer.channels, 0, pitches];
  return rangeOf(piece, { top, bottom, left, right });
}

/** How many neurons a piece has. */
export function size({ neurons }: Piece): number {
  return neurons.reduce((sum, set) => sum + (set ? 1 : 0), 0);
}
