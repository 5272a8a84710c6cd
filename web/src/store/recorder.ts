import { signal } from "@preact/signals";
import type { Block, Tape } from "../audio/tape";
import type { RecordingMade, StartRecording } from "../messages";

/** What a recorder needs of the page. */
export interface Taping {
  /** number by which the performance's log knows this page */
  page: number;
  rate(): number;
  /** the frame that the audio context is at */
  frame(): number;
  open(onBlock: (block: Block) => void): Promise<Tape>;
  post(path: string, body: string | Float32Array<ArrayBuffer>): Promise<Response>;
  /** says something on the way out, to which no answer comes */
  part(path: string): void;
  tell(line: string): void;
}

/** While the server is away, so much is kept; then the oldest goes, and a gap is left. */
export const MOST_SECONDS = 60;
const RETRY_MS = 1000;

/**
 * Records the master: what the audio thread hands on is sent to the server in its order, kept
 * while the server is away, and goes on in another file where a new server knows nothing of it.
 */
export class Recorder {
  readonly going = signal(false);
  /** recorded so far, in seconds and bytes of the file */
  readonly seconds = signal(0);
  readonly size = signal(0);
  /** seconds that wait for the server */
  readonly waiting = signal(0);
  readonly recordings = signal<readonly RecordingMade[]>([]);
  #blocks: Block[] = [];
  #tape: Tape | null = null;
  #id: string | null = null;
  #first = 0;
  #sending: Promise<void> | null = null;

  constructor(private readonly taping: Taping) {}

  async toggle(): Promise<void> {
    await (this.going.peek() ? this.stop() : this.start());
  }

  /** Begins; the sound has to be open. */
  async start(): Promise<void> {
    if (this.going.peek()) return;
    this.going.value = true;
    this.seconds.value = 0;
    this.size.value = 0;
    this.#id = null;
    try {
      this.#tape = await this.taping.open((block) => this.#take(block));
    } catch (error) {
      this.#fail(`The recorder cannot start: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Ends; what was heard until now is sent first. */
  async stop(): Promise<void> {
    const tape = this.#tape;
    this.#tape = null;
    if (!tape) return;
    await tape.close();
    while (this.#blocks.length > 0 && this.going.peek()) await this.#pump();
    await this.#end();
  }

  #take(block: Block): void {
    if (!this.going.peek()) return;
    this.#blocks.push(block);
    let kept = this.#blocks.reduce((sum, { samples }) => sum + samples.length, 0);
    const most = MOST_SECONDS * this.taping.rate();
    while (kept > most) kept -= this.#blocks.shift()?.samples.length ?? kept;
    this.seconds.value += block.samples.length / this.taping.rate();
    this.size.value += 3 * block.samples.length;
    this.waiting.value = kept / this.taping.rate();
    void this.#pump();
  }

  /** Sends all that waits; one at a time. */
  #pump(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#blocks.length > 0) {
      const [block] = this.#blocks;
      try {
        if (!(await this.#give(block))) return;
        if (this.#blocks[0] === block) this.#blocks.shift();
        const left = this.#blocks.reduce((sum, { samples }) => sum + samples.length, 0);
        this.waiting.value = left / this.taping.rate();
      } catch {
        // Away: it may come back.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        if (!this.#tape) return;
      }
    }
  }

  /** Whether the server took it; throws where it cannot be reached. */
  async #give(block: Block): Promise<boolean> {
    if (this.#id === null && !(await this.#begin(block))) return false;
    const path = `api/recordings/${this.#id}/blocks?at=${block.frame - this.#first}`;
    const answer = await this.taping.post(path, block.samples);
    if (answer.status === 404) {
      // Another server than the one that began.
      this.#id = null;
      return this.#give(block);
    }
    if (answer.ok) return true;
    this.#fail(await reason(answer));
    return false;
  }

  /** The page is closed: so is the file. */
  leave(): void {
    if (this.#id !== null) this.taping.part(`api/recordings/${this.#id}/end`);
  }

  async #begin({ frame }: Block): Promise<boolean> {
    const rate = this.taping.rate();
    const since = Math.min(600, Math.max(0, (this.taping.frame() - frame) / rate));
    const wanted: StartRecording = { page: this.taping.page, frame, rate, channels: 1, since };
    const answer = await this.taping.post("api/recordings", JSON.stringify(wanted));
    if (!answer.ok) {
      this.#fail(await reason(answer));
      return false;
    }
    this.#id = ((await answer.json()) as { id: string }).id;
    this.#first = frame;
    return true;
  }

  async #end(): Promise<void> {
    const id = this.#id;
    this.#forget();
    if (id === null) return;
    try {
      await this.taping.post(`api/recordings/${id}/end`, "");
    } catch {
      this.taping.tell("The server was away when the recording ended; what it had is kept");
    }
  }

  #fail(line: string): void {
    this.taping.tell(line);
    const tape = this.#tape;
    this.#tape = null;
    void tape?.close();
    void this.#end();
  }

  #forget(): void {
    this.#blocks = [];
    this.#id = null;
    this.waiting.value = 0;
    this.going.value = false;
  }
}

/** A request that hands in text or samples. */
export function posting(body: string | Float32Array<ArrayBuffer>): RequestInit {
  const type = typeof body === "string" ? "application/json" : "application/octet-stream";
  return { method: "POST", body, headers: { "Content-Type": type } };
}

async function reason(answer: Response): Promise<string> {
  const said = (await answer.json().catch(() => null)) as { detail?: unknown } | null;
  const detail = said?.detail;
  return typeof detail === "string" ? detail : `The recording was refused (${answer.status})`;
}
