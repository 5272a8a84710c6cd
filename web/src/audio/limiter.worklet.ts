import { Limiter } from "./limiter";

const REPORTS_A_SECOND = 20;

/** The master's limiter, on the audio thread: what comes in leaves `LATENCY_FRAMES` later. */
class LimiterProcessor extends AudioWorkletProcessor {
  readonly #limiter = new Limiter(sampleRate, 1);
  #next = 0;

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    this.#limiter.process(inputs[0], outputs[0]);
    if (currentFrame >= this.#next) {
      this.#next = currentFrame + sampleRate / REPORTS_A_SECOND;
      this.port.postMessage(this.#limiter.report());
    }
    return true;
  }
}

registerProcessor("limiter", LimiterProcessor);
