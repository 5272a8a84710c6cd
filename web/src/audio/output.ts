/** The way from the lanes to the loudspeaker. */
export interface Output {
  context: AudioContext;
  /** where lanes play into: the sound alone, without its pilot */
  bus: GainNode;
  volume: GainNode;
}

/** Opens the sound card. */
export function openOutput(sampleRate: number): Output {
  const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
  const bus = new GainNode(context);
  const volume = new GainNode(context, { gain: 0 });
  bus.connect(volume).connect(context.destination);
  return { context, bus, volume };
}
