import { computed, signal } from "@preact/signals";
import type { GapReport } from "../audio/gapcount";
import { type Heard, Player } from "../audio/player";
import type {
  ClientMessage,
  Clip,
  EarDescription,
  LayoutProgress,
  ServerMessage,
  State,
  Status,
  Uploaded,
  Welcome,
} from "../messages";
import type { Picture } from "../picture/drawn";
import type { View } from "../picture/view";
import { Connection, type ConnectionState, socketUrl } from "../protocol/connection";
import { decodeLayout, type Layout, type Loop } from "../protocol/frame";
import { Aim } from "./aim";
import { Faders } from "./faders";
import { Notices } from "./notices";
import { type Restoring, renewed, restoring } from "./restore";
import { inMemory, Kept, upload } from "./uploads";

const QUIET: GapReport = { gaps: 0, jumps: 0, broken: 0, peak: 0, peakFrame: 0 };

/** Everything that the page knows and can do: the server's word, the sound, the performer's hand. */
export class Stage {
  readonly connection = signal<ConnectionState>("connecting");
  readonly welcome = signal<Welcome | null>(null);
  readonly clips = signal<Clip[]>([]);
  readonly ear = signal<EarDescription | null>(null);
  readonly layout = signal<Layout | null>(null);
  /** how the layout of an ear comes along that had none */
  readonly laying = signal<LayoutProgress | null>(null);
  /** the same, of the ear that listens */
  readonly ownLaying = computed(() =>
    this.laying.value?.hash === this.ear.value?.hash ? this.laying.value : null,
  );
  readonly state = signal<State | null>(null);
  readonly status = signal<Status | null>(null);
  /** the clip as it was before any dreaming */
  readonly start = signal<Loop | null>(null);
  /** the loop that is heard */
  readonly playing = signal<Loop | null>(null);
  readonly received = signal(0);
  readonly sounding = signal(false);
  readonly report = signal<GapReport>(QUIET);
  readonly volume = signal(0.8);
  readonly interruptions = computed(() => this.report.value.gaps + this.report.value.jumps);

  /** the picture, once it is drawn, and how it lies on its canvas */
  picture: Picture | null = null;
  readonly view = signal<View>({ scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 });

  readonly notices = new Notices();
  readonly faders = new Faders((parameters) => this.send({ type: "set", parameters }));
  readonly aim = new Aim(
    (message) => this.send(message),
    undefined,
    undefined,
    (line) => this.notices.tell(line),
  );
  readonly player: Player;
  /** when each loop arrived, in milliseconds of `performance.now` */
  readonly arrivals = new WeakMap<Loop, number>();
  readonly #connection: Connection;
  readonly #kept = new Kept();
  /** a loop was asked for behind a change of this page's that the server has not told yet */
  #asked = false;
  /** of layouts that were asked for; an answer that was overtaken is not drawn */
  #fetches = 0;
  #withEar: Restoring["withEar"] | null = null;
  /** while a new server is told how things were: what it would have begun with, not to be heard */
  #held: { loop: Loop | null } | null = null;

  constructor(page: string) {
    this.player = new Player({
      onPull: (loop) => this.send({ type: "pull", id: loop.header.id }),
      onUpcoming: (loop) => this.picture?.prepare(loop),
      onReport: (report) => {
        this.report.value = report;
      },
    });
    this.#connection = new Connection(socketUrl(page), {
      onState: (state) => {
        this.connection.value = state;
      },
      onMessage: (message) => this.#read(message),
      onLoop: (loop) => this.#take(loop),
      onProblem: (line) => this.notices.tell(line),
    });
  }

  open(): void {
    this.#connection.open();
  }

  send(message: ClientMessage): boolean {
    const sent = this.#connection.send(message);
    if (sent && message.type !== "pull") {
      // Asked for right behind the change: waiting for the server's word on it costs a round trip.
      this.#asked = true;
      this.player.pullAgain();
      this.player.tick();
    }
    return sent;
  }

  async play(): Promise<void> {
    try {
      await this.player.play();
      this.sounding.value = true;
    } catch (error) {
      this.notices.tell(
        `The sound cannot start: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  async pause(): Promise<void> {
    this.sounding.value = false;
    await this.player.pause();
  }

  setVolume(position: number): void {
    this.volume.value = position;
    this.player.setVolume(position);
  }

  /** Starts or stops dreaming; what is chosen becomes the target where there is none. */
  dream(running: boolean): void {
    if (running) this.aim.ensure();
    this.send({ type: "run", running });
  }

  async useFile(file: File): Promise<void> {
    try {
      const taken = await this.#upload(await inMemory(file));
      if (taken.warning) this.notices.tell(`${file.name}: ${taken.warning}`);
      this.send({ type: "clip", id: taken.id });
    } catch (error) {
      this.notices.tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** What is heard at `now`; also notices when another loop has begun. */
  heard(now: number): Heard | null {
    const heard = this.player.heard(now);
    const loop = heard?.loop ?? this.start.peek();
    if (loop !== this.playing.peek()) this.playing.value = loop;
    return heard;
  }

  async #upload(file: File): Promise<Uploaded> {
    const taken = await upload(file);
    this.#kept.keep(taken.id, file);
    return taken;
  }

  #take(loop: Loop): void {
    if (this.#held) {
      this.#held.loop = loop;
      return;
    }
    this.arrivals.set(loop, performance.now());
    this.received.value++;
    if (loop.header.kind === "start") this.start.value = loop;
    this.player.offer(loop);
  }

  #read(message: ServerMessage): void {
    if (message.type === "welcome") this.#greet(message);
    else if (message.type === "ear") void this.#meet(message);
    else if (message.type === "state" && !this.#held) this.#follow(message.state);
    else if (message.type === "clips") this.clips.value = message.clips;
    else if (message.type === "status") this.status.value = message;
    else if (message.type === "layout") this.#followLaying(message);
    else if (message.type === "error") this.notices.tell(message.message);
  }

  #greet(welcome: Welcome): void {
    const was = this.state.peek();
    const restored = restoring(was, welcome.state);
    this.welcome.value = welcome;
    this.clips.value = welcome.clips;
    this.#withEar = restored?.withEar ?? null;
    this.#held = null;
    if (was && restored) void this.#restore(was, welcome);
    else this.#follow(welcome.state);
    this.faders.flush();
  }

  async #restore(was: State, { state: now, clips }: Welcome): Promise<void> {
    const held = { loop: null };
    this.#held = held;
    const { state, problems } = await renewed(was, now, clips, async (id) => {
      const file = this.#kept.of(id);
      if (!file) throw new Error("this page did not upload it");
      return (await this.#upload(file)).id;
    });
    // Lost again meanwhile: the next greeting restores.
    if (this.#held !== held || this.connection.peek() !== "open") return;
    for (const message of restoring(state, now)?.now ?? []) this.send(message);
    for (const problem of problems) this.notices.tell(problem);
    this.#held = null;
    if (state.clip === now.clip && held.loop) this.#take(held.loop);
  }

  #follow(state: State): void {
    if (state.generation !== this.state.peek()?.generation && !this.#asked) this.player.pullAgain();
    this.#asked = false;
    this.state.value = state;
    this.faders.follow(state.parameters);
    this.aim.follow(state.targets);
  }

  async #meet(ear: EarDescription): Promise<void> {
    if (this.#withEar?.ear === ear.id && this.send(this.#withEar.message)) this.#withEar = null;
    const same = this.ear.peek()?.hash === ear.hash;
    if (!same) this.layout.value = null;
    this.ear.value = ear;
    this.aim.fitTo(ear.layers);
    // A grid may have been exchanged meanwhile.
    if (this.layout.peek()?.header.kind !== "laid") await this.#fetchLayout(ear);
  }

  #followLaying(laying: LayoutProgress): void {
    const ear = this.ear.peek();
    this.laying.value = laying;
    if (!ear || laying.hash !== ear.hash) return;
    if (laying.going === "ready") void this.#fetchLayout(ear);
    else if (laying.going === "failed") this.notices.tell(laying.message);
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
      this.notices.tell(
        `The picture cannot be drawn: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
