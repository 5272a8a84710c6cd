const BLOCK_SECONDS = 0.5;

/** Hands on what it hears in blocks of half a second; the last one, when asked, as long as it is. */
class Tape extends AudioWorkletProcessor {
  readonly #length = Math.ceil((BLOCK_SECONDS * sampleRate) / 128) * 128;
  #samples = new Float32Array(this.#length);
  #filled = 0;
  #first = 0;
  #running = true;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#send();
      this.port.postMessage(null);
      this.#running = false;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    if (!this.#running) return false;
    if (this.#filled === 0) this.#first = currentFrame;
    const heard = inputs[0][0];
    // Silence has no channels at all.
    if (heard) this.#samples.set(heard, this.#filled);
    this.#filled += 128;
    if (this.#filled >= this.#length) this.#send();
    return true;
  }

  #send(): void {
    if (this.#filled === 0) return;
    const samples = this.#samples.slice(0, this.#filled);
    this.port.postMessage({ frame: this.#first, samples }, [samples.buffer]);
    this.#samples.fill(0);
    this.#filled = 0;
  }
}

registerProcessor("tape", Tape);
