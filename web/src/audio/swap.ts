import type { Loop } from "../protocol/frame";
import type { Entry } from "./boundary";
import { correlation, fadeCurves } from "./crossfade";
import { atRate, heard, otherPilot, startVoice, type Voice } from "./voice";

/** The audio thread works in blocks of this many frames: what starts within one is too late. */
const BLOCK = 128;
/** So long a voice fades in that follows none, or away. */
const RAMP_SECONDS = 0.03;

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
  drop(incoming);
}

/**
 * A voice that follows none: fades in from its entry on. Where the page was held up meanwhile, it
 * comes later, at the place where it would be by then.
 */
export function begin(bus: AudioNode, loop: Loop, { at, origin }: Entry): Voice {
  const { context } = bus;
  const rate = context.sampleRate;
  const samples = atRate(loop, rate);
  const from = Math.max(at, Math.ceil(context.currentTime * rate) + 8 * BLOCK);
  const timing = { origin, from, alone: from };
  const voice = startVoice(bus, loop, samples, timing, otherPilot(undefined));
  voice.gain.gain.setValueAtTime(0, from / rate);
  voice.gain.gain.linearRampToValueAtTime(1, from / rate + RAMP_SECONDS);
  if (context.currentTime * rate <= from) return voice;
  drop(voice);
  return begin(bus, loop, { at, origin });
}

/** From which frame on a voice is as loud as it is going to be. */
export function risen({ from, alone, source }: Voice): number {
  return Math.max(alone, from + Math.round(RAMP_SECONDS * source.context.sampleRate));
}

/**
 * Lets what sounds fade away, from the frame of the answer on. `next`, which was to follow, is taken
 * back if there is time; else it is let in first and is the `last` one. No fade that is under way is
 * broken off.
 */
export function hush(present: Voice, next: Voice | null): { last: Voice; frame: number } {
  const { context } = present.source;
  const rate = context.sampleRate;
  const soon = Math.ceil(context.currentTime * rate) + 8 * BLOCK;
  if (next && next.from > soon) unswap(present, next);
  else if (next) present.source.stop(next.alone / rate);
  const last = next && next.from <= soon ? next : present;
  if (last.from > soon) {
    drop(last);
    return { last, frame: last.from };
  }
  const frame = Math.max(soon, risen(last));
  last.gain.gain.setValueAtTime(1, frame / rate);
  last.gain.gain.linearRampToValueAtTime(0, frame / rate + RAMP_SECONDS);
  last.source.stop(frame / rate + RAMP_SECONDS);
  return { last, frame };
}

function drop({ gain, source }: Voice): void {
  gain.disconnect();
  source.stop();
}
