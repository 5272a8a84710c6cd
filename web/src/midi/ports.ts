import { named, openMidi } from "./access";
import { Batch } from "./batch";

export interface BrowserPortEvents {
  /** the names of all ports, whenever one came or went */
  onPorts(names: string[]): void;
  onBytes(port: string, bytes: number[], at: number): void;
}

/** The MIDI ports that the browser lets the page use. */
export class BrowserPorts {
  readonly #inputs = new Map<string, MIDIInput>();
  readonly #batches = new Map<string, Batch>();

  private constructor(
    private readonly access: MIDIAccess,
    private readonly events: BrowserPortEvents,
  ) {
    access.onstatechange = () => {
      if (this.#look()) this.events.onPorts([...this.#inputs.keys()]);
    };
    this.#look();
    this.events.onPorts([...this.#inputs.keys()]);
  }

  /** Asks for the ports; the browser may ask the performer. Rejects when it is not allowed. */
  static async open(events: BrowserPortEvents): Promise<BrowserPorts> {
    return new BrowserPorts(await openMidi(), events);
  }

  /** Sends bytes to the output that belongs to a port. */
  send(port: string, bytes: number[]): void {
    const input = this.#inputs.get(port);
    if (!input) return;
    const output = outputOf(input, [...this.access.outputs.values()]);
    try {
      output?.send(bytes);
    } catch {
      // It went this moment; the browser tells when it is back.
    }
  }

  /** Whether a port came or went. */
  #look(): boolean {
    let changed = false;
    const there = named(this.access.inputs.values());
    for (const [name, input] of this.#inputs) {
      if (there.get(name) === input) continue;
      changed = true;
      input.onmidimessage = null;
      this.#inputs.delete(name);
      this.#batches.delete(name);
    }
    for (const [name, input] of there) {
      if (this.#inputs.has(name)) continue;
      changed = true;
      const batch = new Batch((bytes, at) => this.events.onBytes(name, bytes, at));
      input.onmidimessage = ({ data, timeStamp }) => {
        if (data) batch.take(data, timeStamp);
      };
      this.#inputs.set(name, input);
      this.#batches.set(name, batch);
    }
    return changed;
  }
}

interface Side {
  name: string | null;
  manufacturer?: string | null;
}

/** The output of the same device: of the same name, or but for the word for its direction. */
export function outputOf<Output extends Side>(input: Side, outputs: Output[]): Output | undefined {
  const stem = (name: string | null) =>
    (name ?? "")
      .replace(/\b(midi ?)?(in|out|input|output)\b/gi, "")
      .replace(/\s+/g, " ")
      .trim();
  return (
    outputs.find(({ name }) => name === input.name) ??
    outputs.find(({ name }) => stem(name) !== "" && stem(name) === stem(input.name))
  );
}
