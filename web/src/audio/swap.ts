import type { Loop } from "../protocol/frame";
import { correlation, fadeCurves } from "./crossfade";
import { atRate, heard, otherPilot, startVoice, type Voice } from "./voice";

/**
 * Lets `loop` follow `playing` at frame `boundary`, which both take for their first sample.
 *
 * The fade ends on the boundary: as both loops repeat, the new one's end leads into its own
 * beginning, and the first beat is the new loop's alone.
 */
export function swap(
  bus: AudioNode,
  playing: Voice,
  loop: Loop,
  boundary: number,
  fadeFrames: number,
): Voice {
  const rate = bus.context.sampleRate;
  const from = boundary - fadeFrames;
  const samples = atRate(loop, rate);
  const timing = { origin: boundary, from };
  const incoming = startVoice(bus, loop, samples, timing, otherPilot(playing.pilot));
  if (fadeFrames > 0) {
    const alike = correlation(heard(playing, from, fadeFrames), heard(incoming, from, fadeFrames));
    const fade = fadeCurves(alike);
    playing.gain.gain.setValueCurveAtTime(fade.out, from / rate, fadeFrames / rate);
    incoming.gain.gain.setValueCurveAtTime(fade.in, from / rate, fadeFrames / rate);
  } else {
    incoming.gain.gain.setValueAtTime(1, boundary / rate);
  }
  playing.source.stop(boundary / rate);
  return incoming;
}

/** The first voice of a performance: fades in over `seconds` from `at` (frames). */
export function begin(bus: AudioNode, loop: Loop, at: number, seconds: number): Voice {
  const rate = bus.context.sampleRate;
  const samples = atRate(loop, rate);
  const voice = startVoice(bus, loop, samples, { origin: at, from: at }, otherPilot(undefined));
  voice.gain.gain.setValueAtTime(0, at / rate);
  voice.gain.gain.linearRampToValueAtTime(1, at / rate + seconds);
  return voice;
}
