import type { GapReport } from "./gapcount";
import workletUrl from "./gaps.worklet.ts?worker&url";
import type { Output } from "./output";

/** What the voices of one deck play into. */
export interface Channel {
  /** two channels: the sound and the pilot */
  bus: GainNode;
}

/**
 * A deck's own way into the mixer. The gap detector listens before all levels,
 * so that a performer's silence is no gap; sound plays on without it where a browser has no
 * worklets.
 */
export async function openChannel(
  { context, mixer }: Output,
  deck: number,
  onReport: (report: GapReport) => void,
): Promise<Channel> {
  const discrete = {
    channelCount: 2,
    channelCountMode: "explicit",
    channelInterpretation: "discrete",
  } as const;
  const bus = new GainNode(context, discrete);
  // The mixer takes the first channel alone.
  bus.connect(mixer.dream(deck));
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
  return { bus };
}

/** Lets a channel fall silent for good. */
export function closeChannel({ bus }: Channel): void {
  bus.disconnect();
}
