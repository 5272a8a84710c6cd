/** A mono sound as the server answers it. */
export interface Sound {
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  /** by which the performance's log knows it, if it does */
  digest?: string | undefined;
}

const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** Reads a mono WAV file of 32-bit floats; an `Error` of one line for anything else. */
export function readWav(data: ArrayBuffer): Sound {
  const view = new DataView(data);
  const name = (at: number) => String.fromCharCode(...new Uint8Array(data, at, 4));
  if (data.byteLength < 12 || name(0) !== "RIFF" || name(8) !== "WAVE")
    throw new Error("expected a WAV file");
  let rate = 0;
  for (let at = 12; at + 8 <= data.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    const from = at + 8;
    if (name(at) === "fmt ") rate = rateOf(view, from);
    else if (name(at) === "data" && rate > 0) {
      const end = Math.min(from + length, data.byteLength);
      const samples = new Float32Array(data.slice(from, end - ((end - from) % 4)));
      // Not one that is not finite may reach an audio node.
      return { samples: samples.map((sample) => (Number.isFinite(sample) ? sample : 0)), rate };
    }
    at = from + length + (length % 2);
  }
  throw new Error("expected a WAV file with a format and samples");
}

function rateOf(view: DataView, at: number): number {
  const format = view.getUint16(at, true);
  const [channels, bits] = [view.getUint16(at + 2, true), view.getUint16(at + 14, true)];
  if ((format !== FLOAT && format !== EXTENSIBLE) || channels !== 1 || bits !== 32)
    throw new Error(`expected mono floats, got ${channels} channels of ${bits} bits`);
  return view.getUint32(at + 4, true);
}
