/** So slowly does a gain follow a fader: no step is heard, and no delay. */
const RAMP_SECONDS = 0.012;

/** Turns a gain from second `at` of its context on, without a click; what was to come then is off. */
export function ramp(
  node: GainNode,
  value: number,
  seconds = RAMP_SECONDS,
  at = node.context.currentTime,
): void {
  node.gain.cancelScheduledValues(at);
  node.gain.setTargetAtTime(value, at, seconds);
}
