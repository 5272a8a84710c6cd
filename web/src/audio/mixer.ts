import { DECKS, type Gains, SAMPLES } from "./mixing";
import { ramp } from "./ramp";

/** One channel; of voices, whose second channel is a pilot, the first alone. */
const MONO = {
  channelCount: 1,
  channelCountMode: "explicit",
  channelInterpretation: "discrete",
} as const;

interface DeckStrip {
  /** its dream; closed while the start clip is heard instead */
  dream: GainNode;
  /** its start clip, on its way to both places where it may be heard */
  start: GainNode;
  instead: GainNode;
  beside: GainNode;
  level: GainNode;
}

/**
 * The mixer's nodes: decks with their start clips, samples, and one gain for all.
 *
 *     dream --- (1 - instead) --+
 *     start -+- (instead) ------+-- level --+
 *            +- (beside) -- starts ---------+-- master --
 *     samples -- level ---------------------+
 *
 * Voices play into `dream`, `start` and `samples`, and are never stopped by a fader.
 */
export class Mixer {
  readonly master: GainNode;
  readonly #decks: DeckStrip[];
  readonly #starts: GainNode;
  readonly #samples: GainNode[];

  constructor(private readonly context: BaseAudioContext) {
    this.master = this.#gain(1);
    this.#starts = this.#gain(1);
    this.#starts.connect(this.master);
    this.#decks = DECKS.map((_, k) => this.#strip(k === 0 ? 1 : 0));
    this.#samples = Array.from({ length: SAMPLES }, () => {
      const gain = this.#gain(0);
      gain.connect(this.master);
      return gain;
    });
    // Chromium turns no gain into which nothing plays: silence always does, so that all of them
    // are where they were turned to when a sound begins.
    const silence = new ConstantSourceNode(context, { offset: 0 });
    const ins = [...this.#decks.flatMap(({ dream, start }) => [dream, start]), ...this.#samples];
    for (const each of ins) silence.connect(each);
    silence.start();
  }

  /** Where a deck's dream goes in. */
  dream(deck: number): AudioNode {
    return this.#decks[deck].dream;
  }

  /** Where a deck's start clip goes in. */
  start(deck: number): AudioNode {
    return this.#decks[deck].start;
  }

  sample(slot: number): AudioNode {
    return this.#samples[slot];
  }

  /** The strips behind their faders, in the order of `STRIPS`: for the meters. */
  get strips(): AudioNode[] {
    return [...this.#decks.map(({ level }) => level), this.#starts, ...this.#samples];
  }

  /** Turns all gains from frame `at` of the context on. */
  apply({ decks, starts, samples, master, instead }: Gains, at: number): void {
    const turn = (node: GainNode, gain: number) =>
      ramp(node, gain, undefined, at / this.context.sampleRate);
    this.#decks.forEach((strip, k) => {
      turn(strip.dream, 1 - instead);
      turn(strip.instead, instead);
      turn(strip.level, decks[k]);
      turn(strip.beside, starts[k]);
    });
    this.#samples.forEach((gain, k) => {
      turn(gain, samples[k]);
    });
    turn(this.master, master);
  }

  #strip(level: number): DeckStrip {
    const strip = {
      dream: this.#gain(1),
      start: this.#gain(1),
      instead: this.#gain(0),
      beside: this.#gain(0),
      level: this.#gain(level),
    };
    strip.dream.connect(strip.level);
    strip.start.connect(strip.instead).connect(strip.level).connect(this.master);
    strip.start.connect(strip.beside).connect(this.#starts);
    return strip;
  }

  #gain(gain: number): GainNode {
    return new GainNode(this.context, { ...MONO, gain });
  }
}
