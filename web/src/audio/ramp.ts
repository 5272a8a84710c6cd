/** So slowly does a gain follow a fader: no step is heard, and no delay. */
const RAMP_SECONDS = 0.012;

/** Turns a gain without a click; whatever it was on its way to before is forgotten. */
export function ramp(node: GainNode, value: number, seconds = RAMP_SECONDS): void {
  const { currentTime } = node.context;
  node.gain.cancelScheduledValues(currentTime);
  node.gain.setTargetAtTime(value, currentTime, seconds);
}
