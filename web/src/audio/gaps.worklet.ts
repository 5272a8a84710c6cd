import { GapCounter } from "./gapcount";

const BLOCKS_A_REPORT = 32;

/** Listens to the sound (channel 0) and the pilot (channel 1); puts out silence. */
class GapDetector extends AudioWorkletProcessor {
  #counter = new GapCounter();
  #blocks = 0;

  process(inputs: Float32Array[][]): boolean {
    const [sound, pilot] = inputs[0];
    if (pilot) this.#counter.push(sound, pilot, currentFrame);
    if (++this.#blocks % BLOCKS_A_REPORT === 0) this.port.postMessage(this.#counter.report());
    return true;
  }
}

registerProcessor("gap-detector", GapDetector);
