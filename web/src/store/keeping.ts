import type { Gains } from "../audio/mixing";
import type { Sound } from "../audio/sound";
import { openTape } from "../audio/tape";
import type { ClientMessage, RecordingMade } from "../messages";
import { SoundLog } from "./logging";
import { posting, Recorder } from "./recorder";

/** What keeping needs of the page that it is on. */
export interface Kept {
  sound: Sound;
  send(message: ClientMessage): boolean;
  tell(line: string): void;
}

/** What is kept of this page's sound: the word on it in the performance's log, and recordings. */
export class Keeping {
  readonly recorder: Recorder;
  readonly log: SoundLog;

  constructor({ sound, send, tell }: Kept) {
    this.log = new SoundLog(send, () => sound.clock);
    this.recorder = new Recorder({
      page: this.log.page,
      rate: () => sound.rate,
      frame: () => sound.frame,
      open: (onBlock) => openTape(sound.master, onBlock),
      post: (path, body) => fetch(path, posting(body)),
      part: (path) => navigator.sendBeacon(path),
      tell,
    });
    addEventListener("pagehide", () => this.recorder.leave());
  }

  mixed({ decks, starts, samples, master, instead }: Gains, frame: number): void {
    const named = (name: string, gains: number[]) =>
      gains.map((gain, number) => [`${name}_${number}`, gain] as const);
    const all = [...named("deck", decks), ...named("start", starts), ...named("sample", samples)];
    this.log.mixed({ ...Object.fromEntries(all), master, instead }, frame);
  }

  follow(recordings: readonly RecordingMade[]): void {
    this.recorder.recordings.value = recordings;
  }
}
