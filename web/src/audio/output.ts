import { LATENCY_FRAMES, type LimiterReport } from "./limiter";
import limiterUrl from "./limiter.worklet.ts?worker&url";
import meterUrl from "./meter.worklet.ts?worker&url";
import { type Metering, readLevels } from "./metering";
import { Mixer } from "./mixer";
import { STRIPS } from "./mixing";

/** What the decks and samples play into, and the way from there to the loudspeaker. */
export interface Output {
  context: AudioContext;
  mixer: Mixer;
  /** the finished sound: behind the limiter, before the volume */
  master: AudioNode;
  volume: GainNode;
  /** frames by which the limiter holds the sound back: the picture has to wait as long */
  latencyFrames: number;
  /** what this browser cannot do, in one line; else empty */
  note: string;
  /** Begins the integrated loudness and the maximum anew. */
  resetMeter(): void;
}

export interface OutputEvents {
  onMetering(metering: Metering): void;
  onLimiter(report: LimiterReport): void;
}

const NO_WORKLETS =
  "This browser has no audio worklets: a plain compressor limits the sound, nothing is metered";
/** How far Chromium's compressor looks ahead. */
const COMPRESSOR_SECONDS = 0.006;
const MONO = { channelCount: 1, channelCountMode: "explicit" } as const;

/** Opens the sound card: the mixer, the limiter, the volume, and the meters beside them. */
export async function openOutput(sampleRate: number, events: OutputEvents): Promise<Output> {
  const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
  const mixer = new Mixer(context);
  const volume = new GainNode(context, { gain: 0 });
  volume.connect(context.destination);
  const worklets = await loaded(context);
  const master = worklets ? limiterOf(context, events) : compressorOf(context);
  mixer.master.connect(master).connect(volume);
  const meter = worklets ? meterOf(context, events) : null;
  if (meter)
    [master, ...mixer.strips].forEach((node, input) => {
      node.connect(meter, 0, input);
    });
  return {
    context,
    mixer,
    master,
    volume,
    latencyFrames: worklets ? LATENCY_FRAMES : Math.round(COMPRESSOR_SECONDS * context.sampleRate),
    note: worklets ? "" : NO_WORKLETS,
    resetMeter: () => meter?.port.postMessage("reset"),
  };
}

async function loaded(context: AudioContext): Promise<boolean> {
  try {
    for (const url of [limiterUrl, meterUrl]) await context.audioWorklet.addModule(url);
    return true;
  } catch (error) {
    console.warn("no audio worklets in this browser:", error);
    return false;
  }
}

function limiterOf(context: AudioContext, events: OutputEvents): AudioNode {
  const limiter = new AudioWorkletNode(context, "limiter", { ...MONO, outputChannelCount: [1] });
  limiter.port.onmessage = ({ data }: MessageEvent<LimiterReport>) => events.onLimiter(data);
  return limiter;
}

/** What comes nearest to a limiter without worklets; it turns up, so it is turned down again. */
function compressorOf(context: AudioContext): AudioNode {
  return new DynamicsCompressorNode(context, {
    threshold: -4,
    knee: 0,
    ratio: 20,
    attack: 0.001,
    release: 0.1,
  });
}

function meterOf(context: AudioContext, events: OutputEvents): AudioWorkletNode {
  const meter = new AudioWorkletNode(context, "meter", {
    ...MONO,
    numberOfInputs: 1 + STRIPS.length,
    outputChannelCount: [1],
  });
  meter.port.onmessage = ({ data }: MessageEvent<Float64Array>) =>
    events.onMetering(readLevels(data));
  // It puts out silence; the connection only keeps it running.
  meter.connect(context.destination);
  return meter;
}
