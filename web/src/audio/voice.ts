import type { Loop } from "../protocol/frame";
import type { Lane } from "./boundary";
import { resampleLoop } from "./resample";

/** A loop on its way to the loudspeaker: it repeats by itself until it is stopped. */
export interface Voice extends Lane {
  loop: Loop;
  /** the loop at the context's rate */
  samples: Float32Array;
  source: AudioBufferSourceNode;
  gain: GainNode;
  /** context frame at which it begins to sound, and from which it sounds alone, its fade over */
  from: number;
  alone: number;
  /** level of the pilot, see `gapcount.ts` */
  pilot: number;
}

const PILOTS = [1, 0.6];

/** The pilot of the voice that follows one with `pilot`. */
export function otherPilot(pilot: number | undefined): number {
  return pilot === PILOTS[0] ? PILOTS[1] : PILOTS[0];
}

/**
 * A voice whose first sample lies at context frame `origin`, starting to sound at frame `from`,
 * with gain 0. The browser repeats the buffer itself, so a busy page cannot make a gap.
 */
export function startVoice(
  bus: AudioNode,
  loop: Loop,
  samples: Float32Array<ArrayBuffer>,
  timing: Pick<Voice, "origin" | "from" | "alone">,
  pilot: number,
): Voice {
  const { context } = bus;
  const rate = context.sampleRate;
  const buffer = context.createBuffer(2, samples.length, rate);
  buffer.copyToChannel(samples, 0);
  buffer.getChannelData(1).fill(pilot);
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  const gain = new GainNode(context, { gain: 0 });
  source.connect(gain).connect(bus);
  const length = samples.length;
  const offset = (((timing.from - timing.origin) % length) + length) % length;
  source.start(timing.from / rate, offset / rate);
  source.onended = () => gain.disconnect();
  return { loop, samples, source, gain, pilot, ...timing, length };
}

/** The loop's samples at the context's rate. */
export function atRate(loop: Loop, rate: number): Float32Array<ArrayBuffer> {
  return resampleLoop(loop.samples, loop.header.sample_rate, rate);
}

/** `count` samples of a voice from context frame `from` on, as they would sound. */
export function heard(
  voice: Pick<Voice, "samples" | "origin" | "length">,
  from: number,
  count: number,
) {
  const out = new Float32Array(count);
  const start = (((from - voice.origin) % voice.length) + voice.length) % voice.length;
  for (let i = 0; i < count; i++) out[i] = voice.samples[(start + i) % voice.length];
  return out;
}
