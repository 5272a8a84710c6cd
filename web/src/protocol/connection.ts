import type { ClientMessage, ServerMessage } from "../messages";
import { decodeLoop, type Loop } from "./frame";
import { ServerTime } from "./servertime";

export type ConnectionState = "connecting" | "open" | "lost";

export interface ConnectionEvents {
  onState(state: ConnectionState): void;
  onMessage(message: ServerMessage): void;
  onLoop(loop: Loop): void;
  /** one line about a message that could not be read */
  onProblem(line: string): void;
}

const SHORTEST_MS = 500;
const LONGEST_MS = 5000;

/** How long to wait before attempt number `attempt` (from 0): doubling, 0.5 s to 5 s. */
export function backoff(attempt: number): number {
  return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** attempt);
}

/** The server's WebSocket beside a page's address; that of the stage only watches. */
export function socketUrl(page: string): string {
  const url = new URL("ws", page);
  const watching = new URL(page).pathname.endsWith("/stage");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = watching ? "view" : "";
  url.hash = "";
  return url.href;
}

/** How often the server is asked for a word, and how long a silence is a cut. */
const ASKED_MS = 4000;
/** At first it is asked more often: its time is to be known soon, and much else is going on. */
const FIRST_ASKED_MS = 250;
const FIRST_ASKED = 10;
const SILENCE_MS = 12_000;

/**
 * Whether a connection that still looks open was cut: nothing was heard for long, although a word was
 * asked for. A page that itself stood still since it `looked` last can tell nothing.
 */
export function isCut(now: number, heard: number, looked: number): boolean {
  return now - heard > SILENCE_MS && now - looked < 2 * ASKED_MS;
}

/** A WebSocket that comes back: the sound goes on meanwhile. */
export class Connection {
  #socket: WebSocket | null = null;
  #attempt = 0;
  /** why the server hung up last time */
  #told = "";
  /** when something was heard last, and when that was looked at */
  #heard = 0;
  #looked = 0;
  /** the server's clock, by its answers */
  readonly time = new ServerTime();

  constructor(
    private readonly url: string,
    private readonly events: ConnectionEvents,
  ) {}

  open(): void {
    if (!this.#looked) setInterval(() => this.#look(performance.now()), ASKED_MS);
    this.#looked = performance.now();
    this.#connect();
  }

  #connect(): void {
    this.events.onState(this.#attempt === 0 ? "connecting" : "lost");
    this.#heard = performance.now();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#heard = performance.now();
      this.time.forget();
      for (let n = 0; n < FIRST_ASKED; n++) setTimeout(() => this.#ask(), n * FIRST_ASKED_MS);
      this.events.onState("open");
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      // Not where it is opened: a server that is full lets us in, says so and hangs up.
      this.#attempt = 0;
      this.#told = "";
      this.#heard = performance.now();
      this.#read(event.data);
    };
    socket.onclose = ({ reason }) => {
      if (socket !== this.#socket) return;
      this.events.onState("lost");
      if (reason && reason !== this.#told) this.events.onProblem(`The server hung up: ${reason}`);
      this.#told = reason;
      setTimeout(() => this.#connect(), backoff(this.#attempt++));
    };
    this.#socket = socket;
  }

  /** Sends a message; false when there is no connection. */
  send(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Gives up a socket that nothing comes from; to close it in form could take a minute. */
  #look(now: number): void {
    const looked = this.#looked;
    const socket = this.#socket;
    this.#looked = now;
    this.#ask();
    const tried = socket && socket.readyState <= WebSocket.OPEN;
    if (!tried || !isCut(now, this.#heard, looked)) return;
    this.#attempt++;
    this.#connect();
    socket.close();
  }

  #ask(): void {
    this.send({ type: "still_there", at: performance.now() });
  }

  #read(data: string | ArrayBuffer): void {
    try {
      if (typeof data !== "string") this.events.onLoop(decodeLoop(data));
      else {
        const message = JSON.parse(data) as ServerMessage;
        if (message.type === "still_here") this.time.hear(message.asked, message.now, this.#heard);
        else this.events.onMessage(message);
      }
    } catch (error) {
      this.events.onProblem(error instanceof Error ? error.message : String(error));
    }
  }
}
