import { describe, expect, it } from "vitest";
import { wholeLayer } from "../range";
import type { DeckMessage } from "./addressed";
import { Aim } from "./aim";

function setUp() {
  const sent: DeckMessage[] = [];
  const frames: (() => void)[] = [];
  const clock = { now: 1000 };
  const aim = new Aim(
    (message) => sent.push(message) > 0,
    (callback) => frames.push(callback),
    () => clock.now,
  );
  aim.fitTo(["a", "b"]);
  return {
    aim,
    sent,
    clock,
    frame: () => {
      for (const call of frames.splice(0)) call();
    },
  };
}

describe("Aim", () => {
  it("sends a replacing choice while it is turned, once a frame", () => {
    const { aim, sent, frame } = setUp();
    aim.choose({ layer: "a" });
    aim.choose({ channel: [0.5, 0] });
    frame();
    expect(sent).toEqual([
      { type: "target", mode: "replace", ranges: [{ ...wholeLayer("a"), channel: [0.5, 0] }] },
    ]);
  });

  it("keeps an adding choice a draft until it is added", () => {
    const { aim, sent, frame } = setUp();
    aim.follow([wholeLayer("a")]);
    aim.setMode("add");
    aim.choose({ layer: "b" });
    frame();
    expect(sent).toEqual([]);
    aim.add();
    expect(sent).toEqual([{ type: "target", mode: "add", ranges: [wholeLayer("b")] }]);
    expect(aim.targets.value.map(({ layer }) => layer)).toEqual(["a", "b"]);
  });

  it("removes one target by telling the rest", () => {
    const { aim, sent } = setUp();
    aim.follow([wholeLayer("a"), wholeLayer("b")]);
    aim.remove(0);
    expect(sent).toEqual([{ type: "target", mode: "replace", ranges: [wholeLayer("b")] }]);
  });

  it("follows the server, but not while it is turned", () => {
    const { aim, clock } = setUp();
    aim.choose({ layer: "a" });
    aim.follow([wholeLayer("b")]);
    expect(aim.choice.value.layer).toBe("a");
    clock.now += 1000;
    aim.follow([wholeLayer("b")]);
    expect(aim.choice.value.layer).toBe("b");
    expect(aim.targets.value).toEqual([wholeLayer("b")]);
  });

  it("ensures a target before dreaming, only where there is none", () => {
    const { aim, sent } = setUp();
    aim.ensure();
    aim.ensure();
    expect(sent.length).toBe(1);
  });
});
