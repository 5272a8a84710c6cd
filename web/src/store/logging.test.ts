import { describe, expect, it } from "vitest";
import type { ClientMessage } from "../messages";
import type { Loop } from "../protocol/frame";
import { SoundLog } from "./logging";

const loop = (id: number) => ({ header: { id } }) as Loop;

function setUp() {
  const sent: ClientMessage[] = [];
  const net = { away: false };
  const log = new SoundLog(
    (message) => {
      if (!net.away) sent.push(message);
      return !net.away;
    },
    () => ({ frame: 700, rate: 44100 }),
  );
  log.greet("one");
  return { sent, net, log };
}

describe("SoundLog", () => {
  it("tells what sounds, and gains that changed", () => {
    const { sent, log } = setUp();
    log.sounded(1, loop(7), 5000, 1323);
    log.mixed({ deck_0: 1, deck_1: 0.5 }, 1212);
    log.mixed({ deck_0: 1, deck_1: 0.2 }, 1300);
    log.mixed({ deck_0: 1, deck_1: 0.2 }, 1400);
    const page = log.page;
    expect(sent).toEqual([
      { type: "sounded", deck: 1, page, id: 7, frame: 5000, fade: 1323, into: 0, rate: 44100 },
      { type: "mixed", page, frame: 1212, rate: 44100, gains: { deck_0: 1, deck_1: 0.5 } },
      { type: "mixed", page, frame: 1300, rate: 44100, gains: { deck_1: 0.2 } },
    ]);
  });

  it("tells what sounds beside the dreams, and what falls silent", () => {
    const { sent, log } = setUp();
    const sound = { samples: new Float32Array(3), rate: 44100, digest: "abc" };
    log.start("start_1", loop(4), 4500, 500, 0);
    log.sample("sample_0", { ...loop(0), sound, length: 900 }, 5000, 0, 70);
    log.silenced("sample_0", 9000);
    const of = { page: log.page, rate: 44100 };
    const beside = { type: "beside", ...of };
    expect(sent).toEqual([
      {
        ...{ ...beside, place: "start_1", frame: 4500, fade: 500, into: 0 },
        ...{ id: 4, sound: null, length: null },
      },
      {
        ...{ ...beside, place: "sample_0", frame: 5000, fade: 0, into: 70 },
        ...{ id: null, sound: "abc", length: 900 },
      },
      { type: "silenced", ...of, place: "sample_0", frame: 9000 },
    ]);
  });

  it("tells the gains again to another performance, which knows nothing of them", () => {
    const { sent, log } = setUp();
    log.mixed({ deck_0: 1, deck_1: 0.5 }, 1212);
    expect(log.greet("one")).toBe(false);
    expect(log.greet("two")).toBe(true);
    expect(sent.slice(1)).toEqual([{ ...sent[0], frame: 700, gains: { deck_0: 1, deck_1: 0.5 } }]);
  });

  it("tells later what it could not tell, in its order", () => {
    const { sent, net, log } = setUp();
    net.away = true;
    log.sounded(0, loop(1), 1, 0);
    log.sounded(0, loop(2), 2, 0);
    net.away = false;
    log.sounded(0, loop(3), 3, 0);
    expect(sent).toEqual([]);
    log.greet("one");
    expect(sent.map((message) => "id" in message && message.id)).toEqual([1, 2, 3]);
  });

  it("forgets what another performance knows nothing of", () => {
    const { sent, net, log } = setUp();
    net.away = true;
    log.sounded(0, loop(1), 1, 0);
    net.away = false;
    log.greet("two");
    expect(sent).toEqual([]);
    log.sounded(0, loop(1), 9, 0);
    expect(sent).toHaveLength(1);
  });
});
