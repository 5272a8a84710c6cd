import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Lane } from "../audio/boundary";
import type { GapReport } from "../audio/gapcount";
import { type Heard, Player } from "../audio/player";
import type { Sound } from "../audio/sound";
import type { ClientMessage, EarDescription, LayoutProgress, State, Status } from "../messages";
import { decodeLayout, type Layout, type Loop } from "../protocol/frame";
import { type DeckMessage, type DeckWord, toDeck } from "./addressed";
import { Aim } from "./aim";
import { Faders } from "./faders";
import { Latency } from "./latency";
import type { SoundLog } from "./logging";
import { together } from "./together";

const QUIET: GapReport = { gaps: 0, jumps: 0, broken: 0, peak: 0, peakFrame: 0 };

/** What a deck needs of the page that it is on. */
export interface Rack {
  sound: Sound;
  /** all decks, this one among them */
  decks(): readonly Deck[];
  /** where a loop of so many frames has to lie in a song that is followed; null where none is */
  lane(loop: Loop, length: number): Lane | null;
  send(message: ClientMessage): boolean;
  tell(line: string): void;
  /** how the layout of an ear comes along that had none */
  laying: ReadonlySignal<LayoutProgress | null>;
  onUpcoming(deck: Deck, loop: Loop): void;
  /** the performance's */
  log: SoundLog;
}

/** One deck: the server's word on it, its sound, the performer's hand on it. */
export class Deck {
  readonly ear = signal<EarDescription | null>(null);
  readonly layout = signal<Layout | null>(null);
  readonly state = signal<State | null>(null);
  readonly status = signal<Status | null>(null);
  /** the clip as it was before any dreaming */
  readonly start = signal<Loop | null>(null);
  /** the loop that is heard */
  readonly playing = signal<Loop | null>(null);
  readonly received = signal(0);
  readonly report = signal<GapReport>(QUIET);
  /** how the layout of the ear comes along */
  readonly ownLaying = computed(() => {
    const laying = this.rack.laying.value;
    return laying?.hash === this.ear.value?.hash ? laying : null;
  });
  /** when each loop arrived, in milliseconds of `performance.now` */
  readonly arrivals = new WeakMap<Loop, number>();
  readonly faders = new Faders((parameters) => this.send({ type: "set", parameters }));
  readonly aim = new Aim(
    (message) => this.send(message),
    undefined,
    undefined,
    (line) => this.rack.tell(line),
  );
  readonly latency = new Latency();
  /** the loop that came last */
  latest: Loop | null = null;
  readonly player: Player;
  /** a loop was asked for behind a change of this page's that the server has not told yet */
  #asked = false;
  /** of layouts that were asked for; an answer that was overtaken is not drawn */
  #fetches = 0;

  constructor(
    readonly number: number,
    private readonly rack: Rack,
  ) {
    this.player = new Player(rack.sound, number, {
      onPull: (loop) => this.send({ type: "pull", id: loop.header.id }),
      onUpcoming: (loop) => rack.onUpcoming(this, loop),
      onSounds: (...what) => rack.log.sounded(number, ...what),
      onSilence: (frame) => rack.log.silenced(`deck_${number}`, frame),
      onReport: (report) => {
        this.report.value = report;
      },
      leader: () => rack.decks().find(({ player }) => player.lane)?.player.lane ?? null,
      grid: (loop, length) => rack.lane(loop, length) ?? together(rack.decks(), number, length),
    });
  }

  /** A, B, C or D. */
  get letter(): string {
    return "ABCD"[this.number];
  }

  send(message: DeckMessage): boolean {
    const sent = this.rack.send(toDeck(this.number, message));
    if (sent && message.type !== "pull") {
      this.latency.turned();
      // Asked for right behind the change: waiting for the server's word on it costs a round trip.
      this.#asked = true;
      this.player.pullAgain();
      this.player.tick();
    }
    return sent;
  }

  /** Starts or stops dreaming; what is chosen becomes the target where there is none. */
  dream(running: boolean): void {
    if (running) this.aim.ensure();
    this.send({ type: "run", running });
  }

  /** What is heard at `now`; also notices when another loop has begun. */
  heard(now: number): Heard | null {
    const heard = this.player.heard(now);
    const loop = heard?.loop ?? this.start.peek();
    if (loop !== this.playing.peek()) this.playing.value = loop;
    return heard;
  }

  take(loop: Loop): void {
    this.arrivals.set(loop, performance.now());
    this.latest = loop;
    this.received.value++;
    if (loop.header.kind === "dream") this.latency.came(loop.header.generation);
    if (loop.header.kind === "start") this.start.value = loop;
    this.player.offer(loop);
  }

  read(message: DeckWord): void {
    if (message.type === "ear") void this.#meet(message);
    else if (message.type === "state") this.follow(message.state);
    else if (message.type === "status") this.status.value = message;
  }

  follow(state: State): void {
    if (state.generation !== this.state.peek()?.generation && !this.#asked) this.player.pullAgain();
    this.#asked = false;
    this.state.value = state;
    this.latency.told(state.generation, state.running);
    this.faders.follow(state.parameters);
    this.aim.follow(state.targets);
  }

  /** A layout that was missing may be there now. */
  followLaying(laying: LayoutProgress): void {
    const ear = this.ear.peek();
    if (!ear || laying.hash !== ear.hash) return;
    if (laying.going === "ready") void this.#fetchLayout(ear);
    else if (laying.going === "failed") this.rack.tell(laying.message);
  }

  /** Falls silent for good. */
  close(): void {
    this.player.close();
  }

  async #meet(ear: EarDescription): Promise<void> {
    const same = this.ear.peek()?.hash === ear.hash;
    if (!same) this.layout.value = null;
    this.ear.value = ear;
    this.aim.fitTo(ear.layers);
    // A grid may have been exchanged meanwhile.
    if (this.layout.peek()?.header.kind !== "laid") await this.#fetchLayout(ear);
  }

  async #fetchLayout(ear: EarDescription): Promise<void> {
    const fetching = ++this.#fetches;
    try {
      const response = await fetch(ear.layout_url);
      if (!response.ok) throw new Error(`the layout is not there (${response.status})`);
      const layout = decodeLayout(await response.arrayBuffer());
      if (fetching === this.#fetches && this.ear.peek()?.hash === layout.header.hash)
        this.layout.value = layout;
    } catch (error) {
      if (fetching !== this.#fetches) return;
      this.rack.tell(
        `The picture cannot be drawn: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
