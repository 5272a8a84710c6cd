import { describe, expect, it } from "vitest";
import { wholeLayer } from "../range";
import type { DeckMessage } from "./addressed";
import { Solo } from "./solo";

describe("Solo", () => {
  it("lets go of each deck on which something was held, and once", () => {
    const sent: [string, DeckMessage][] = [];
    const focus = { deck: "A" };
    const solo = new Solo(() => {
      const { deck } = focus;
      return (message) => sent.push([deck, message]) > 0;
    });
    solo.letGo();
    expect(sent).toEqual([]);
    solo.hold({ ...wholeLayer("a"), weight: -0.4 });
    expect(solo.held.value?.weight).toBe(1);
    focus.deck = "B";
    solo.letGo();
    solo.letGo();
    expect(solo.held.value).toBeNull();
    expect(sent).toEqual([
      ["A", { type: "solo", range: wholeLayer("a") }],
      ["A", { type: "solo", range: null }],
    ]);
  });

  it("holds nothing while there is no connection", () => {
    const solo = new Solo(() => () => false);
    solo.hold(wholeLayer("a"));
    expect(solo.held.value).toBeNull();
  });
});
