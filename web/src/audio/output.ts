import type { GapReport } from "./gapcount";
import workletUrl from "./gaps.worklet.ts?worker&url";

/** What the voices play into, and the way from there to the loudspeaker. */
export interface Output {
  context: AudioContext;
  /** two channels: the sound and the pilot */
  bus: GainNode;
  volume: GainNode;
}

/**
 * Opens the sound card. The gap detector listens before the volume, so that a performer's silence
 * is no gap; sound plays on without it where a browser has no worklets.
 */
export async function openOutput(
  sampleRate: number,
  onReport: (report: GapReport) => void,
): Promise<Output> {
  const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
  const discrete = {
    channelCount: 2,
    channelCountMode: "explicit",
    channelInterpretation: "discrete",
  } as const;
  const bus = new GainNode(context, discrete);
  const volume = new GainNode(context, { gain: 0 });
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  bus.connect(splitter);
  splitter.connect(volume, 0).connect(context.destination);
  try {
    await context.audioWorklet.addModule(workletUrl);
    const detector = new AudioWorkletNode(context, "gap-detector", {
      ...discrete,
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
    });
    detector.port.onmessage = (event: MessageEvent<GapReport>) => onReport(event.data);
    // It puts out silence; the connection only keeps it running.
    bus.connect(detector).connect(context.destination);
  } catch (error) {
    console.warn("no gap detector in this browser:", error);
  }
  return { context, bus, volume };
}
