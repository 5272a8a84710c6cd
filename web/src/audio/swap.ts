import type { Loop } from "../protocol/frame";
import type { Entry } from "./boundary";
import { correlation, fadeCurves } from "./crossfade";
import { atRate, heard, otherPilot, startVoice, type Voice } from "./voice";

/** The audio thread works in blocks of this many frames: what starts within one is too late. */
const BLOCK = 128;

/**
 * Lets `loop` follow `playing`, as `entry` says: mostly at a boundary, which both take for their
 * first sample.
 *
 * The fade ends there: as both loops repeat, the new one's end leads into its own beginning, and the
 * first beat is the new loop's alone. `scheduled`, a loop that was to follow
 * instead, is taken back. The answer is what follows now: on a busy machine, where it got too late
 * to change anything, what was scheduled before.
 */
export function swap(
  bus: AudioNode,
  playing: Voice,
  loop: Loop,
  entry: Entry,
  fadeFrames: number,
  scheduled: Voice | null,
): Voice | null {
  const { context } = bus;
  const rate = context.sampleRate;
  const from = entry.at - fadeFrames;
  const samples = atRate(loop, rate);
  const next = { samples, origin: entry.origin, length: samples.length };
  const fade = fadeCurves(
    correlation(heard(playing, from, fadeFrames), heard(next, from, fadeFrames)),
  );
  // All that takes time is done: from here on, it is but a few calls.
  const late = (margin: number) => context.currentTime * rate > from - margin;
  if (late(8 * BLOCK)) return scheduled;
  if (scheduled) unswap(playing, scheduled);
  const timing = { origin: entry.origin, from, alone: entry.at };
  const incoming = startVoice(bus, loop, samples, timing, otherPilot(playing.pilot));
  if (fadeFrames > 0) {
    playing.gain.gain.setValueCurveAtTime(fade.out, from / rate, fadeFrames / rate);
    incoming.gain.gain.setValueCurveAtTime(fade.in, from / rate, fadeFrames / rate);
  } else {
    playing.gain.gain.setValueAtTime(0, entry.at / rate);
    incoming.gain.gain.setValueAtTime(1, entry.at / rate);
  }
  if (late(2 * BLOCK)) {
    unswap(playing, incoming);
    return null;
  }
  return incoming;
}

/** Takes back a swap that has not begun: `playing` goes on as if nothing had been scheduled. */
export function unswap(playing: Voice, incoming: Voice): void {
  playing.gain.gain.cancelScheduledValues(incoming.from / incoming.source.context.sampleRate);
  incoming.gain.disconnect();
  incoming.source.stop();
}

/** The first voice of a performance: fades in over `seconds` from its entry on. */
export function begin(bus: AudioNode, loop: Loop, { at, origin }: Entry, seconds: number): Voice {
  const rate = bus.context.sampleRate;
  const samples = atRate(loop, rate);
  const timing = { origin, from: at, alone: at };
  const voice = startVoice(bus, loop, samples, timing, otherPilot(undefined));
  voice.gain.gain.setValueAtTime(0, at / rate);
  voice.gain.gain.linearRampToValueAtTime(1, at / rate + seconds);
  return voice;
}
