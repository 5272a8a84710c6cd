import { signal } from "@preact/signals";
import type { Lane } from "../audio/boundary";
import type { Led } from "../audio/companion";
import type { Sound } from "../audio/sound";
import type { Voice } from "../audio/voice";
import type { Clock, SongPlace, Tap } from "../messages";
import { named, openMidi } from "../midi/access";
import type { Loop } from "../protocol/frame";
import { ClockIn } from "../tempo/clockin";
import { ClockOut, type Playing } from "../tempo/clockout";
import { Grid } from "../tempo/grid";
import type { Beat } from "../tempo/pulses";

export interface TimingNeeds {
  sound: Sound;
  send(message: Clock | Tap): void;
  tell(line: string): void;
  /** by how many seconds the server's clock is ahead of `performance.now`, where that is known */
  serverAhead(): number | null;
  /** what the deck that leads plays, and what will follow */
  led(): Led | null;
}

/**
 * Taps, and MIDI clock in and out, through the ports that the browser lets the page use; where loops
 * have to lie for a song that is followed.
 */
export class Timing {
  /** names of MIDI ports, once they were asked for */
  readonly inputs = signal<readonly string[] | null>(null);
  readonly outputs = signal<readonly string[]>([]);
  /** the port whose clock is followed, and the one that a clock is sent to; empty for none */
  readonly input = signal("");
  readonly output = signal("");
  #in: ClockIn | null = null;
  readonly #out = new ClockOut();
  readonly #grid = new Grid();
  #access: MIDIAccess | null = null;
  #listening: MIDIInput | null = null;

  constructor(private readonly needs: TimingNeeds) {
    needs.sound.join(() => this.#tick(performance.now()));
  }

  tap(): void {
    this.needs.send({ type: "tap", at: performance.now() / 1000 });
  }

  /** The song that is followed is here; null where nobody knows. */
  at(song: SongPlace | null): void {
    this.#grid.follow(song);
  }

  /** Where a loop of `length` frames has to lie for that song; null where it may lie anywhere. */
  lane({ header: { quarters } }: Loop, length: number): Lane | null {
    return quarters ? this.#grid.lane(length, quarters) : null;
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
      const port = this.input.peek();
      this.#in = new ClockIn((events) => {
        this.needs.send({ type: "clock", port, ahead: this.needs.serverAhead(), events });
      });
      this.#listening = input;
      void input?.open();
    }
    this.#out.use(named(this.#access.outputs.values()).get(this.output.peek()) ?? null);
  }

  readonly #take = ({ data, timeStamp }: MIDIMessageEvent): void => {
    if (data) this.#in?.take(data, timeStamp);
  };

  #tick(now: number): void {
    const { sound } = this.needs;
    const ahead = sound.running ? this.needs.serverAhead() : null;
    const frame = sound.heard(now);
    this.#grid.tick(
      ahead === null ? null : { frame, server: now / 1000 + ahead, rate: sound.rate },
    );
    try {
      this.#out.tick(now, this.#playing(frame));
    } catch {
      // The port went this moment; the browser tells when it is back.
    }
  }

  #playing(heard: number): Playing | null {
    const { sound } = this.needs;
    const led = this.needs.led();
    const present = beat(led?.present ?? null);
    if (!sound.running || !present) return null;
    return { present, next: beat(led?.next ?? null), heard, rate: sound.rate };
  }
}

/** Nothing where nobody knows how many quarters the loop is. */
function beat(voice: Voice | null): Beat | null {
  const quarters = voice?.loop.header.quarters;
  if (!voice || !quarters) return null;
  const { origin, length, alone } = voice;
  return { origin, length, alone, quarters };
}
