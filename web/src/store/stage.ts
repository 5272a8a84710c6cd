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
  Synced,
  Uploaded,
  Welcome,
} from "../messages";
import type { NetworkPicture } from "../picture/network";
import type { View } from "../picture/view";
import { Connection, type ConnectionState, socketUrl } from "../protocol/connection";
import { decodeLayout, type Layout, type Loop } from "../protocol/frame";
import { Aim } from "./aim";
import { Faders } from "./faders";
import { Hold } from "./hold";
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
  picture: NetworkPicture | null = null;
  readonly view = signal<View>({ scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 });

  readonly notices = new Notices();
  readonly faders = new Faders((parameters) => this.send({ type: "set", parameters }));
  readonly aim = new Aim((message) => this.send(message));
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
  /** the server process whose state is shown */
  #run: string | null = null;
  /** while a new server is told how things were */
  #hold: Hold | null = null;
  /** greetings so far: an answer to an earlier one is none */
  #greetings = 0;

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
    if (this.#hold) {
      this.#hold.hear(loop);
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
    else if (message.type === "state") this.#learn(message.state);
    else if (message.type === "synced") this.#release(message);
    else if (message.type === "clips") this.clips.value = message.clips;
    else if (message.type === "status") this.status.value = message;
    else if (message.type === "layout") this.#followLaying(message);
    else if (message.type === "error") this.notices.tell(message.message);
  }

  #greet(welcome: Welcome): void {
    const was = this.state.peek();
    this.welcome.value = welcome;
    this.clips.value = welcome.clips;
    this.#greetings++;
    this.#hold = null;
    this.#withEar = null;
    // A server that merely was out of reach is told nothing: others may have changed things since.
    if (was && this.#run !== welcome.run) void this.#restore(was, welcome);
    else {
      this.#run = welcome.run;
      this.#follow(welcome.state);
      this.faders.flush();
    }
  }

  async #restore(was: State, { state: now, clips }: Welcome): Promise<void> {
    const hold = new Hold(now);
    const greeting = this.#greetings;
    this.#hold = hold;
    this.#withEar = restoring(was, now).withEar;
    const { state, problems } = await renewed(was, now, clips, async (id) => {
      const file = this.#kept.of(id);
      if (!file) throw new Error("this page did not upload it");
      return (await this.#upload(file)).id;
    });
    // Lost again meanwhile: the next greeting restores.
    if (this.#hold !== hold || this.connection.peek() !== "open") return;
    hold.want(state);
    for (const message of restoring(state, now).now) this.send(message);
    // What was turned since goes on top.
    this.faders.flush();
    this.send({ type: "sync", id: greeting });
    for (const problem of problems) this.notices.tell(problem);
  }

  #learn(state: State): void {
    if (this.#hold) this.#hold.see(state);
    else this.#follow(state);
  }

  /** A new server has been told everything: what it says now is the performance again. */
  #release({ id, state }: Synced): void {
    const hold = this.#hold;
    if (!hold || id !== this.#greetings) return;
    this.#hold = null;
    this.#run = this.welcome.peek()?.run ?? null;
    this.#follow(state);
    for (const loop of hold.release(state)) this.#take(loop);
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
    this.aim.fitTo(ear.layers.map(({ name }) => name));
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
