import { computed, signal } from "@preact/signals";
import { ingredients } from "../audio/mixing";
import type { Heard, Player } from "../audio/player";
import { Sound } from "../audio/sound";
import type {
  ClientMessage,
  Clip,
  LayoutProgress,
  Lead,
  ServerMessage,
  Welcome,
} from "../messages";
import type { Picture } from "../picture/drawn";
import type { View } from "../picture/view";
import { Connection, type ConnectionState, socketUrl } from "../protocol/connection";
import type { Loop } from "../protocol/frame";
import type { DeckMessage } from "./addressed";
import { Cueing } from "./cueing";
import { Deck } from "./deck";
import { EdgeStore } from "./edges";
import { Faders } from "./faders";
import { Guide, storageOf } from "./guide";
import { Hands } from "./hands";
import { Intake } from "./intake";
import { Keeping } from "./keeping";
import { Memory } from "./memory";
import { Mix } from "./mix";
import { Notices } from "./notices";
import { joined } from "./reports";
import { Solo } from "./solo";
import { Timing } from "./timing";

/**
 * Everything that the page knows and can do: its decks, and what they share.
 *
 * What is asked of a stage as of a deck, such as `state` or `aim`, is that of the deck in focus.
 */
export class Stage {
  readonly connection = signal<ConnectionState>("connecting");
  readonly welcome = signal<Welcome | null>(null);
  readonly clips = signal<Clip[]>([]);
  readonly laying = signal<LayoutProgress | null>(null);
  readonly sounding = signal(false);
  readonly volume = signal(0.8);
  readonly notices = new Notices();
  /** controllers, of this browser and of the server's machine */
  readonly hands = new Hands(
    (message) => this.tell(message),
    (line) => this.notices.tell(line),
  );
  readonly sound: Sound = new Sound({
    onMetering: (metering) => this.mix.onMetering(metering),
    onLimiter: (report) => this.mix.onLimiter(report),
  });
  /** what is set for all decks together */
  readonly desk = new Faders((parameters) => this.tell({ type: "set", deck: 0, parameters }));

  /** taps, and MIDI clock in and out */
  readonly timing = new Timing({
    sound: this.sound,
    send: (message) => this.tell(message),
    tell: (line) => this.notices.tell(line),
    serverAhead: () => this.#connection.time.ahead(performance.now()),
    led: () => this.decks.peek().find(({ player }) => player.led)?.player.led ?? null,
  });

  /** the performance's log, and recordings of what is heard */
  readonly keeping = new Keeping({
    sound: this.sound,
    send: (message) => this.tell(message),
    tell: (line) => this.notices.tell(line),
  });
  readonly decks = signal<readonly Deck[]>([this.#makeDeck(0)]);
  /** number of the deck that is shown and played by hand */
  readonly focus = signal(0);
  readonly deck = computed(
    () => this.decks.value.find(({ number }) => number === this.focus.value) ?? this.decks.value[0],
  );
  readonly ear = computed(() => this.deck.value.ear.value);
  readonly layout = computed(() => this.deck.value.layout.value);
  readonly ownLaying = computed(() => this.deck.value.ownLaying.value);
  readonly state = computed(() => this.deck.value.state.value);
  readonly status = computed(() => this.deck.value.status.value);
  readonly start = computed(() => this.deck.value.start.value);
  readonly playing = computed(() => this.deck.value.playing.value);
  readonly received = computed(() => this.deck.value.received.value);
  readonly report = computed(() => joined(this.decks.value.map(({ report }) => report.value)));
  readonly interruptions = computed(() => this.report.value.gaps + this.report.value.jumps);

  readonly mix = new Mix({
    desk: this.desk,
    sound: this.sound,
    decks: this.decks,
    send: (message) => this.tell(message),
    tell: (line) => this.notices.tell(line),
    keeping: this.keeping,
  });
  /** files of the performer's, and mixtures */
  readonly intake = new Intake({
    start: (id) => this.send({ type: "clip", id }),
    beside: (slot, id) => this.mix.choose(slot, id),
    tell: (line) => this.notices.tell(line),
  });
  readonly cueing = new Cueing(
    () => this.player,
    (line) => this.notices.tell(line),
  );
  readonly memory = new Memory(
    (message) => this.tell(message),
    () => this.#release(),
  );
  readonly guide = new Guide(storageOf(window));
  /** what a mixture would be made of */
  readonly mixable = computed(() =>
    ingredients(this.mix.desk.value, this.state.value?.clip ?? "", this.mix.samples.value),
  );

  /** the picture, once it is drawn, and how it lies on its canvas */
  picture: Picture | null = null;
  /** whether its colours are those of activations; else of layers */
  readonly byActivation = signal(false);
  /** whether it is drawn for a light room */
  readonly bright = signal(false);
  readonly view = signal<View>({ scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 });
  /** of the neuron under the pointer */
  readonly edges = new EdgeStore();
  readonly solo = new Solo(() => {
    const deck = this.deck.peek();
    return (message) => deck.send(message);
  });

  readonly #connection: Connection;

  /** for each moment that another page, which sounds, has told of */
  onLead: ((lead: Lead) => void) | null = null;

  constructor(page: string) {
    this.#connection = new Connection(socketUrl(page), {
      onState: (state) => {
        this.connection.value = state;
      },
      onMessage: (message) => this.#read(message),
      onLoop: (loop) => this.#take(loop),
      onProblem: (line) => this.notices.tell(line),
    });
  }

  get aim() {
    return this.deck.value.aim;
  }

  get player(): Player {
    return this.deck.value.player;
  }

  open(): void {
    this.#connection.open();
  }

  /** Puts a deck into focus, where it is open. */
  show(number: number): void {
    if (!this.#deck(number)) return;
    this.focus.value = number;
    this.tell({ type: "focus", deck: number });
  }

  /** Sends a message to the deck in focus. */
  send(message: DeckMessage): boolean {
    return this.deck.value.send(message);
  }

  /** Sends a message that concerns no deck, or says which. */
  tell(message: ClientMessage): boolean {
    return this.#connection.send(message);
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
    await this.sound.pause();
  }

  /** Begins to record what is heard, which plays then; or ends it. */
  async record(): Promise<void> {
    const { recorder } = this.keeping;
    if (!this.sounding.peek() && !recorder.going.peek()) await this.play();
    if (this.sounding.peek() || recorder.going.peek()) await recorder.toggle();
  }

  setVolume(position: number): void {
    this.volume.value = position;
    this.sound.setVolume(position);
  }

  dream(running: boolean): void {
    this.deck.value.dream(running);
  }

  /** What is heard of the deck in focus; all decks notice which loops have begun. */
  heard(now: number): Heard | null {
    let found: Heard | null = null;
    for (const deck of this.decks.peek()) {
      const heard = deck.heard(now);
      if (deck === this.deck.peek()) found = heard;
    }
    return found;
  }

  #makeDeck(number: number): Deck {
    return new Deck(number, {
      sound: this.sound,
      laying: this.laying,
      send: (message) => this.#connection.send(message),
      tell: (line) => this.notices.tell(line),
      onUpcoming: (deck, loop) => {
        if (deck === this.deck.peek()) this.picture?.prepare(loop);
      },
      log: this.keeping.log,
      decks: () => this.decks.peek(),
      lane: (loop, length) => this.timing.lane(loop, length),
    });
  }

  #deck(number: number): Deck | undefined {
    return this.decks.peek().find((deck) => deck.number === number);
  }

  /** Lets go of everything in hand, since it is about to be moved from elsewhere. */
  #release(): void {
    this.desk.release();
    for (const { faders, aim } of this.decks.peek()) {
      faders.release();
      aim.release();
    }
  }

  #take(loop: Loop): void {
    const { deck } = loop.header;
    this.mix.note(deck, loop);
    this.#deck(deck)?.take(loop);
    if (deck === this.deck.peek().number) this.cueing.play(loop);
  }

  #read(message: ServerMessage): void {
    if (message.type === "welcome") this.#greet(message);
    else if (message.type === "lead") this.onLead?.(message);
    else if (message.type === "focus") this.focus.value = message.deck;
    else if ("deck" in message) this.#deck(message.deck)?.read(message);
    else if (message.type === "place") this.timing.at(message.song);
    else if (message.type === "clips") this.clips.value = message.clips;
    else if (message.type === "decks") this.#setDecks(message.decks);
    else if (message.type === "desk") this.desk.follow(message.values);
    else if (message.type === "take") this.mix.letIn();
    else if (message.type === "samples") this.mix.follow(message.ids);
    else if (message.type === "scenes" || message.type === "steps") this.memory.follow(message);
    else if (message.type === "recordings") this.keeping.follow(message.recordings);
    else if (message.type === "error") this.notices.tell(message.message);
    else if (message.type === "controls") this.hands.controls.value = message.controls;
    else if (message.type === "controllers") this.hands.follow(message);
    else if (message.type === "midi") this.hands.play(message);
    else if (message.type === "layout") {
      this.laying.value = message;
      for (const deck of this.decks.peek()) deck.followLaying(message);
    }
  }

  /** Opens and closes decks as the server has them. */
  #setDecks(numbers: readonly number[]): void {
    for (const deck of this.decks.peek()) if (!numbers.includes(deck.number)) deck.close();
    this.decks.value = numbers.map((number) => this.#deck(number) ?? this.#makeDeck(number));
  }

  #greet(welcome: Welcome): void {
    this.clips.value = welcome.clips;
    this.timing.at(null);
    if (this.keeping.log.greet(welcome.performance)) this.mix.reload();
    this.#setDecks(welcome.decks.map(({ deck }) => deck));
    // A page that connects again stays where it is; one that only watches says nothing.
    if (!this.welcome.peek()) this.focus.value = welcome.focus;
    else if (!this.onLead) this.show(this.focus.peek());
    this.welcome.value = welcome;
    this.desk.follow(welcome.desk);
    this.mix.follow(welcome.samples);
    for (const { deck, state } of welcome.decks) this.#deck(deck)?.follow(state);
    for (const deck of this.decks.peek()) deck.faders.flush();
    this.desk.flush();
    this.hands.greet();
  }
}
