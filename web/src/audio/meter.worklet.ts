import { Loudness } from "./loudness";
import { METERED, writeLevels } from "./metering";

const REPORTS_A_SECOND = 20;

/**
 * Measures the master (input 0) by loudness and true peak and every other input by its peak; puts
 * out silence. Any message begins the integrated loudness anew.
 */
class Meter extends AudioWorkletProcessor {
  readonly #loudness = new Loudness(sampleRate);
  readonly #peaks: Float64Array;
  readonly #message: Float64Array;
  readonly #silence = new Float32Array(128);
  #next = 0;

  constructor(options: AudioWorkletNodeOptions) {
    super();
    const channels = (options.numberOfInputs ?? 1) - 1;
    this.#peaks = new Float64Array(channels);
    this.#message = new Float64Array(METERED + channels);
    this.port.onmessage = () => this.#loudness.reset();
  }

  process(inputs: Float32Array[][]): boolean {
    // An input without a sound has no channel: loudness has to hear of the silence.
    this.#loudness.push(inputs[0][0] ?? this.#silence);
    for (let k = 0; k < this.#peaks.length; k++) {
      const samples = inputs[k + 1][0];
      if (!samples) continue;
      for (let i = 0; i < samples.length; i++) {
        const size = Math.abs(samples[i]);
        if (size > this.#peaks[k]) this.#peaks[k] = size;
      }
    }
    if (currentFrame >= this.#next) {
      this.#next = currentFrame + sampleRate / REPORTS_A_SECOND;
      writeLevels(this.#message, this.#loudness.read(), this.#peaks);
      this.port.postMessage(this.#message);
      this.#peaks.fill(0);
    }
    return true;
  }
}

registerProcessor("meter", Meter);
