import type { Lead } from "../messages";
import type { Stage } from "../store/stage";
import { wallClock } from "./follower";
import { type Region, regionOf } from "./region";

export const CHANNEL = "immersions";
const TICK_MS = 50;
/** The server passes on every so manyth word; windows of this browser hear them all. */
const SHARE = 4;

/** Of a network that this page does not show, all is seen. */
const EVERYTHING: Region = { region: [0, 0, 0, 0], stretch: 1 };

/** The deck that is heard most: the one that is shown, unless another one is louder. */
export function loudest<Numbered extends { readonly number: number }>(
  decks: readonly Numbered[],
  gains: readonly number[],
  shown: Numbered,
): Numbered {
  return decks.reduce(
    (found, deck) => (gains[deck.number] > gains[found.number] ? deck : found),
    shown,
  );
}

/** Tells windows that only show what is heard here, where in it, and what is seen. */
export class Leader {
  readonly #page = crypto.getRandomValues(new Uint32Array(2)).join("-");
  readonly #channel = new BroadcastChannel(CHANNEL);
  #told: Lead | null = null;
  #ticks = 0;

  constructor(private readonly stage: Stage) {}

  begin(): void {
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const lead = this.#lead();
    const sounding = this.stage.sounding.peek();
    // Silence is told once; a page that never sounded leads nobody.
    if (!lead || (!sounding && !this.#told?.sounding)) return;
    const news = lead.loop !== this.#told?.loop || lead.sounding !== this.#told.sounding;
    this.#told = lead;
    this.#channel.postMessage(lead);
    if (news || this.#ticks++ % SHARE === 0) this.stage.tell(lead);
  }

  #lead(): Lead | null {
    const { stage } = this;
    const now = performance.now();
    const shown = stage.deck.peek();
    const deck = loudest(stage.decks.peek(), stage.mix.gains.peek().decks, shown);
    const heard = deck.player.heard(now);
    if (!heard) return null;
    const { header, samples } = heard.loop;
    const canvas = document.querySelector<HTMLElement>(".network canvas");
    const size = { width: canvas?.clientWidth || 1, height: canvas?.clientHeight || 1 };
    return {
      type: "lead",
      deck: deck.number,
      page: this.#page,
      loop: header.id,
      phase: Math.min(1, Math.max(0, heard.phase)),
      at: performance.timeOrigin + now,
      seconds: samples.length / header.sample_rate,
      sounding: stage.sounding.peek(),
      ...(deck === shown ? regionOf(stage.view.peek(), size) : EVERYTHING),
      by_activation: stage.byActivation.peek(),
      bright: stage.bright.peek(),
    };
  }
}

/** Calls back for every word that a page of this browser says; also without a server. */
export function listenBeside(hear: (lead: Lead, now: number) => void): void {
  new BroadcastChannel(CHANNEL).onmessage = ({ data }: MessageEvent<Lead>) =>
    hear(data, wallClock());
}
