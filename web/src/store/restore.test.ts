import { describe, expect, it } from "vitest";
import type { State } from "../messages";
import { wholeLayer } from "../range";
import { renewed, restoring } from "./restore";

const fresh: State = {
  clip: "four",
  ear: "small",
  seconds: 4,
  running: false,
  seed: 0,
  parameters: { rate: 0.1, shift: 0.2 },
  targets: [],
  generation: 1,
  mix: null,
  quarters: null,
};
const played: State = {
  ...fresh,
  clip: "break",
  running: true,
  parameters: { rate: 0.5, shift: 0.2, gone: 3 },
  targets: [wholeLayer("a")],
  generation: 90,
  mix: "upload-0",
};

describe("restoring", () => {
  it("brings a server that was started again to where the performance was", () => {
    const target = { type: "target", ranges: [wholeLayer("a")], mode: "replace" };
    expect(restoring(played, fresh)).toEqual({
      now: [
        { type: "clip", id: "break" },
        { type: "mix", id: "upload-0" },
        { type: "set", parameters: { rate: 0.5, shift: 0.2 } },
        { type: "run", running: true },
      ],
      withEar: { ear: "small", message: target },
    });
  });

  it("says nothing to a first server and to one that went on", () => {
    expect(restoring(null, fresh)).toBeNull();
    expect(restoring(played, { ...fresh, generation: 95 })).toBeNull();
  });
});

describe("renewed", () => {
  const clips = [{ id: "four", title: "Four", seconds: 4, bpm: 120, bars: 2, kind: "drums" }];
  const uploaded = { ...played, clip: "upload-1" };

  it("gives what a new server lacks to it again", async () => {
    const again = async (id: string) => `${id}-again`;
    const { state, problems } = await renewed(uploaded, fresh, clips, again);
    expect([state.clip, state.mix]).toEqual(["upload-1-again", "upload-0-again"]);
    expect(problems).toEqual([]);
    const bundled = { ...played, clip: "four", mix: null };
    expect((await renewed(bundled, fresh, clips, again)).state).toEqual(bundled);
  });

  it("gives a clip that is mixed in as well only once", async () => {
    const given: string[] = [];
    const again = async (id: string) => `again-${given.push(id)}`;
    const { state } = await renewed({ ...uploaded, mix: "upload-1" }, fresh, clips, again);
    expect([state.clip, state.mix, given]).toEqual(["again-1", "again-1", ["upload-1"]]);
  });

  it("leaves the new server its clip where that fails, and says why once", async () => {
    const again = async () => {
      throw new Error("beat.wav: refused");
    };
    const { state, problems } = await renewed({ ...uploaded, mix: null }, fresh, clips, again);
    expect(state.clip).toBe("four");
    expect(problems.length).toBe(1);
    expect(problems[0]).toContain("beat.wav: refused");
  });
});
