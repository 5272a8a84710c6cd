import type { BinaryHeader, LayoutHeader, LoopHeader } from "../messages";

/** A loop as received: its sound and what each neuron answers to it, frame by frame. */
export interface Loop {
  header: LoopHeader;
  /** mono, at `header.sample_rate` */
  samples: Float32Array<ArrayBuffer>;
  /** one byte a value, blocks (neurons, frames) as `header.layers` says; empty while an ear loads */
  activations: Uint8Array<ArrayBuffer>;
}

export interface Layout {
  header: LayoutHeader;
  /** x and y of each vertex, -32767 to 32767, snapshot after snapshot */
  positions: Int16Array<ArrayBuffer>;
}

/** Reads a binary loop; an `Error` of one line says what is wrong with it. */
export function decodeLoop(message: ArrayBuffer): Loop {
  const [header, at] = readHeader(message, "loop");
  const end = at + 4 * header.samples;
  if (header.samples < 1 || end > message.byteLength)
    throw new Error(`loop ${header.id}: ${header.samples} samples do not fit the message`);
  const samples = new Float32Array(message, at, header.samples);
  if (!samples.every(Number.isFinite))
    throw new Error(`loop ${header.id} holds samples that are no numbers; it was not played`);
  const activations = new Uint8Array(message, end);
  for (const layer of header.layers)
    if (layer.at + layer.neurons * layer.frames > activations.length)
      throw new Error(`loop ${header.id}: layer ${layer.name} does not fit the message`);
  return { header, samples, activations };
}

/** Reads the positions of all neurons; an `Error` of one line says what is wrong. */
export function decodeLayout(message: ArrayBuffer): Layout {
  const [header, at] = readHeader(message, "layout");
  const { snapshots, vertices } = header;
  if (snapshots < 1 || at + 4 * snapshots * vertices > message.byteLength)
    throw new Error(`layout: ${snapshots} times ${vertices} vertices do not fit the message`);
  return { header, positions: new Int16Array(message, at, 2 * snapshots * vertices) };
}

type HeaderOf<T extends BinaryHeader["type"]> = Extract<BinaryHeader, { type: T }>;

/** The JSON header and where the data begin. */
function readHeader<T extends BinaryHeader["type"]>(
  message: ArrayBuffer,
  type: T,
): [HeaderOf<T>, number] {
  if (message.byteLength < 4) throw new Error(`${type}: the message is empty`);
  const length = new DataView(message).getUint32(0, true);
  if (4 + length > message.byteLength) throw new Error(`${type}: the header is cut off`);
  let header: BinaryHeader;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length)));
  } catch {
    throw new Error(`${type}: the header is not JSON`);
  }
  if (header.type !== type) throw new Error(`expected a ${type}, got a ${header.type}`);
  return [header as HeaderOf<T>, Math.ceil((4 + length) / 4) * 4];
}
