import type { LayerShape } from "../messages";
import { type Fraction, fraction, units } from "../range";
import type { Piece } from "./pieces";

/** What a new choice does with the targets that there are. */
export type Mode = "replace" | "add" | "subtract" | "invert";
export const MODES: readonly Mode[] = ["replace", "add", "subtract", "invert"];

/** Neurons that were chosen by looking: one byte a neuron of the ear, and a part of the loop. */
export interface Chosen {
  neurons: Uint8Array;
  time: Fraction;
  /** of what comes to the targets */
  weight: number;
}

const WHOLE: Fraction = [0, 1];

/** The pieces after `chosen` was combined with them; what is new stands last. */
export function combined(
  mode: Mode,
  layers: readonly LayerShape[],
  pieces: readonly Piece[],
  chosen: Chosen,
): Piece[] {
  const fresh = freshPieces(layers, chosen);
  if (mode === "replace") return fresh;
  const parts = fresh.map((piece) => without(piece, pieces));
  if (mode === "add") return [...pieces, ...parts.flat()];
  const rest = pieces.flatMap((piece) => without(piece, fresh));
  return mode === "subtract" ? rest : [...rest, ...parts.flat()];
}

/** Everything in the layers of the pieces that is not in them, and nothing of what is. */
export function inverse(pieces: readonly Piece[]): Piece[] {
  const layers = [...new Map(pieces.map(({ layer }) => [layer.name, layer])).values()];
  return layers.flatMap((layer) => {
    const { weight } = pieces.find((piece) => piece.layer === layer) as Piece;
    const neurons = new Uint8Array(layer.channels * layer.pitches).fill(1);
    return without({ layer, weight, time: WHOLE, neurons, ranges: [] }, pieces);
  });
}

/** One piece for each layer in which something was chosen. */
function freshPieces(layers: readonly LayerShape[], { neurons, time, weight }: Chosen): Piece[] {
  return layers
    .map((layer) => {
      const end = layer.offset + layer.channels * layer.pitches;
      return { layer, weight, time, neurons: neurons.slice(layer.offset, end), ranges: [] };
    })
    .filter((piece) => piece.neurons.some(Boolean));
}

/** What is left of a piece without others; where these have another time, several pieces. */
function without(piece: Piece, others: readonly Piece[]): Piece[] {
  let left = [piece];
  for (const other of others) left = left.flatMap((part) => difference(part, other));
  return left;
}

function difference(piece: Piece, other: Piece): Piece[] {
  if (piece.layer !== other.layer) return [piece];
  const { frames } = piece.layer;
  const [from, to] = units(piece.time, frames);
  const [first, end] = units(other.time, frames);
  const meets = piece.neurons.some((set, neuron) => set && other.neurons[neuron]);
  if (!meets || end <= from || to <= first) return [piece];
  const neurons = piece.neurons.map((set, neuron) => (set && !other.neurons[neuron] ? 1 : 0));
  const parts: Piece[] = [];
  const at = (start: number, stop: number, which: Uint8Array) => {
    if (start >= stop || !which.some(Boolean)) return;
    const time = start === from && stop === to ? piece.time : fraction(start, stop, frames);
    parts.push({ ...piece, neurons: which, time, ranges: [] });
  };
  at(from, Math.min(to, first), piece.neurons);
  at(Math.max(from, first), Math.min(to, end), neurons);
  at(Math.max(from, end), to, piece.neurons);
  return parts;
}
