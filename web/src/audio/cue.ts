import type { Loop } from "../protocol/frame";
import { ramp } from "./ramp";
import { resampleLoop } from "./resample";

const RAMP_SECONDS = 0.012;
export const NO_CUE =
  "This browser cannot play on a second output: hold the loop, and take the next one unheard";

interface Choosing extends MediaDevices {
  selectAudioOutput?(): Promise<MediaDeviceInfo>;
}
interface Sinking extends AudioContext {
  setSinkId?(id: string): Promise<void>;
}
interface SinkingElement extends HTMLAudioElement {
  setSinkId(id: string): Promise<void>;
}

/** Whether this browser can send sound to an output of the performer's choice. */
export function canCue(): boolean {
  return "setSinkId" in AudioContext.prototype || "setSinkId" in HTMLMediaElement.prototype;
}

/**
 * The outputs that there are besides the usual one. Some browsers ask in a window of their own
 * (one is answered then), others tell names only to who may use the microphone, which is closed
 * again at once. An `Error` of one line where that is refused.
 */
export async function outputs(): Promise<MediaDeviceInfo[]> {
  const devices = navigator.mediaDevices as Choosing | undefined;
  if (!devices || !canCue()) throw new Error(NO_CUE);
  try {
    if (devices.selectAudioOutput) return [await devices.selectAudioOutput()];
    const asked = await devices.getUserMedia({ audio: true });
    for (const track of asked.getTracks()) track.stop();
  } catch {
    throw new Error("The browser was not allowed to choose an output for the cue");
  }
  const all = await devices.enumerateDevices();
  const found = all.filter(
    ({ kind, deviceId }) => kind === "audiooutput" && deviceId !== "default" && deviceId !== "",
  );
  if (found.length === 0) throw new Error("There is no second output to cue on");
  return found;
}

/** Plays loops on a second output, for the performer alone; in time with what the room hears. */
export class Cue {
  readonly context: Sinking;
  /** what the performer alone hears */
  readonly level: GainNode;
  #source: AudioBufferSourceNode | null = null;
  #gain: GainNode | null = null;

  /** `heardPhase` is where in its loop the room's sound is now, 0 to below 1. */
  constructor(
    rate: number,
    private readonly heardPhase: () => number,
  ) {
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    this.level = new GainNode(this.context);
  }

  async open(device: string): Promise<void> {
    if (this.context.setSinkId) {
      await this.context.setSinkId(device);
      this.level.connect(this.context.destination);
    } else {
      const stream = new MediaStreamAudioDestinationNode(this.context);
      const element = new Audio() as SinkingElement;
      element.srcObject = stream.stream;
      await element.setSinkId(device);
      this.level.connect(stream);
      await element.play();
    }
    await this.context.resume();
  }

  /** The loop that is cued, instead of the one before. */
  play(loop: Loop): void {
    this.stop();
    const { sampleRate } = this.context;
    const samples = resampleLoop(loop.samples, loop.header.sample_rate, sampleRate);
    const buffer = this.context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.context, { buffer, loop: true });
    const gain = new GainNode(this.context, { gain: 0 });
    source.connect(gain).connect(this.level);
    source.onended = () => gain.disconnect();
    // What starts now is heard after this context's own delay: it begins as much further on.
    const delay = this.context.outputLatency || this.context.baseLatency || 0;
    source.start(0, (this.heardPhase() * buffer.duration + delay) % buffer.duration);
    ramp(gain, 1, RAMP_SECONDS);
    this.#source = source;
    this.#gain = gain;
  }

  stop(): void {
    if (this.#gain) ramp(this.#gain, 0, RAMP_SECONDS);
    this.#source?.stop(this.context.currentTime + 8 * RAMP_SECONDS);
    this.#source = null;
    this.#gain = null;
  }

  async close(): Promise<void> {
    this.stop();
    await this.context.close();
  }
}
