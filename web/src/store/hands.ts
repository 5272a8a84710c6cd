import { signal } from "@preact/signals";
import type { ClientMessage, Controllers, ControlName, MidiToSend } from "../messages";
import { BrowserPorts } from "../midi/ports";

export type Midi = "off" | "asking" | "on";

/** The controllers: those of this browser, and what the server tells of all. */
export class Hands {
  readonly controls = signal<ControlName[]>([]);
  readonly controllers = signal<Controllers | null>(null);
  /** whether this browser's ports are used */
  readonly midi = signal<Midi>("off");
  /** whether a control that is touched on the page is learned */
  readonly touch = signal(false);
  /** the port whose mapping is shown */
  readonly shown = signal<string | null>(null);
  #ports: BrowserPorts | null = null;
  #names: string[] = [];

  constructor(
    private readonly send: (message: ClientMessage) => boolean,
    private readonly tell: (line: string) => void,
  ) {}

  /** Uses the browser's MIDI ports; it asks the performer, so this is for a click. */
  async open(): Promise<void> {
    if (this.midi.peek() !== "off") return;
    this.midi.value = "asking";
    try {
      this.#ports = await BrowserPorts.open({
        onPorts: (names) => {
          this.#names = names;
          this.greet();
        },
        onBytes: (port, bytes, at) => this.send({ type: "midi", port, bytes, at }),
      });
      this.midi.value = "on";
      this.greet();
    } catch (error) {
      this.midi.value = "off";
      this.tell(`No MIDI: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Tells a server, also one that has just come, which ports there are. */
  greet(): void {
    if (this.#ports || this.#names.length > 0)
      this.send({ type: "midi_ports", ports: this.#names });
  }

  follow(controllers: Controllers): void {
    this.controllers.value = controllers;
    const ids = controllers.ports.map(({ id }) => id);
    const shown = this.shown.peek();
    if (shown === null || !ids.includes(shown)) this.shown.value = ids[0] ?? null;
  }

  play({ port, bytes }: MidiToSend): void {
    this.#ports?.send(port, bytes);
  }

  learn(control: string | null, deck: number | null = null): void {
    this.send({ type: "learn", control, deck });
  }

  /** With learning by touch on, learns the control that an element is of. */
  touched(element: Element | null): void {
    if (!this.touch.peek()) return;
    const name = element?.closest("[data-parameter]")?.getAttribute("data-parameter");
    if (name && this.controls.peek().some((each) => each.name === name)) this.learn(name);
  }
}
