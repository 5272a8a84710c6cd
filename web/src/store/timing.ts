import { signal } from "@preact/signals";
import type { Led } from "../audio/companion";
import type { Sound } from "../audio/sound";
import type { Voice } from "../audio/voice";
import type { Clock, Tap } from "../messages";
import { named, openMidi } from "../midi/access";
import { ClockIn } from "../tempo/clockin";
import { ClockOut, type Playing } from "../tempo/clockout";
import type { Beat } from "../tempo/pulses";

export interface TimingNeeds {
  sound: Sound;
  send(message: Clock | Tap): void;
  tell(line: string): void;
  /** what the deck that leads plays, and what will follow */
  led(): Led | null;
}

/** Taps, and MIDI clock in and out, through the ports that the browser lets the page use. */
export class Timing {
  /** names of MIDI ports, once they were asked for */
  readonly inputs = signal<readonly string[] | null>(null);
  readonly outputs = signal<readonly string[]>([]);
  /** the port whose clock is followed, and the one that a clock is sent to; empty for none */
  readonly input = signal("");
  readonly output = signal("");
  readonly #in: ClockIn;
  readonly #out = new ClockOut();
  #access: MIDIAccess | null = null;
  #listening: MIDIInput | null = null;

  constructor(private readonly needs: TimingNeeds) {
    this.#in = new ClockIn((message) => needs.send(message));
    needs.sound.join(() => this.#tick(performance.now()));
  }

  tap(): void {
    this.needs.send({ type: "tap", at: performance.now() / 1000 });
  }

  /** Asks for the ports; the browser may ask the performer. */
  async look(): Promise<void> {
    try {
      this.#access = await openMidi();
      this.#access.addEventListener("statechange", () => this.#list());
      this.#list();
    } catch (error) {
      this.needs.tell(`No MIDI: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Follows the clock of this port; of none with "". */
  follow(name: string): void {
    this.input.value = name;
    this.#connect();
  }

  /** Sends a clock to this port; to none with "". */
  sendTo(name: string): void {
    this.output.value = name;
    this.#connect();
  }

  #list(): void {
    if (!this.#access) return;
    this.inputs.value = [...named(this.#access.inputs.values()).keys()];
    this.outputs.value = [...named(this.#access.outputs.values()).keys()];
    this.#connect();
  }

  /** Takes up the chosen ports; one that was pulled out is taken up again when it is back. */
  #connect(): void {
    if (!this.#access) return;
    const input = named(this.#access.inputs.values()).get(this.input.peek()) ?? null;
    if (input !== this.#listening) {
      this.#listening?.removeEventListener("midimessage", this.#take);
      input?.addEventListener("midimessage", this.#take);
      this.#listening = input;
      void input?.open();
    }
    this.#out.use(named(this.#access.outputs.values()).get(this.output.peek()) ?? null);
  }

  readonly #take = ({ data, timeStamp }: MIDIMessageEvent): void => {
    if (data) this.#in.take(data, timeStamp);
  };

  #tick(now: number): void {
    try {
      this.#out.tick(now, this.#playing(now));
    } catch {
      // The port went this moment; the browser tells when it is back.
    }
  }

  #playing(now: number): Playing | null {
    const { sound } = this.needs;
    const led = this.needs.led();
    const present = beat(led?.present ?? null);
    if (!sound.running || !present) return null;
    return { present, next: beat(led?.next ?? null), heard: sound.heard(now), rate: sound.rate };
  }
}

/** Nothing where nobody knows how many quarters the loop is. */
function beat(voice: Voice | null): Beat | null {
  const quarters = voice?.loop.header.quarters;
  return voice && quarters ? { origin: voice.origin, length: voice.length, quarters } : null;
}
