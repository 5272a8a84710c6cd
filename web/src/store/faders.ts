import { type Signal, signal } from "@preact/signals";
import type { ParameterDeclaration } from "../messages";
import { afterwards, gathered, HELD_MS, soon } from "./soon";

/**
 * The values of all parameters as the performer sees them.
 *
 * A turned fader shows at once; what was turned within a moment is sent together, and is
 * kept for later where there is no connection.
 */
export class Faders {
  readonly #values = new Map<string, Signal<number>>();
  readonly #touched = new Map<string, number>();
  #unsent: Record<string, number> = {};
  /** what the server said of faders that were in hand */
  #told: Record<string, number> = {};
  readonly #flushSoon: () => void;
  readonly #catchUp: () => void;

  constructor(
    private readonly send: (values: Record<string, number>) => boolean,
    later: (callback: () => void) => void = soon,
    private readonly now: () => number = () => performance.now(),
    afterHold: (callback: () => void) => void = afterwards,
  ) {
    this.#flushSoon = gathered(() => this.flush(), later);
    this.#catchUp = gathered(() => this.follow(this.#told), afterHold);
  }

  /** The live value of a parameter. */
  of(parameter: Pick<ParameterDeclaration, "name" | "default">): Signal<number> {
    let value = this.#values.get(parameter.name);
    if (!value) {
      value = signal(parameter.default);
      this.#values.set(parameter.name, value);
    }
    return value;
  }

  turn(parameter: Pick<ParameterDeclaration, "name" | "default">, value: number): void {
    this.of(parameter).value = value;
    this.#touched.set(parameter.name, this.now());
    this.#unsent[parameter.name] = value;
    this.#flushSoon();
  }

  /** Sends what was turned and not yet sent. */
  flush(): void {
    if (Object.keys(this.#unsent).length > 0 && this.send(this.#unsent)) this.#unsent = {};
  }

  /** Takes over the server's values, but for faders in the performer's hand. */
  follow(values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      const held = this.now() - (this.#touched.get(name) ?? -Infinity) < HELD_MS;
      if (held || name in this.#unsent) {
        this.#told[name] = value;
        this.#catchUp();
      } else {
        delete this.#told[name];
        this.of({ name, default: value }).value = value;
      }
    }
  }

  /** Lets go of all faders: the server's next values hold. */
  release(): void {
    this.flush();
    this.#touched.clear();
    this.#told = {};
  }

  /** Takes over the server's values, without regard to anything in hand. */
  reset(values: Record<string, number>): void {
    this.#touched.clear();
    this.#unsent = {};
    this.#told = {};
    this.follow(values);
  }
}
