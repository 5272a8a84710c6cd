import { describe, expect, it } from "vitest";
import type { ClientMessage } from "../messages";
import { Memory } from "./memory";

function made() {
  const sent: ClientMessage[] = [];
  const memory = new Memory(
    (message) => sent.push(message) > 0,
    () => sent.push({ type: "pull", deck: 0, id: -1 }),
  );
  return { sent, memory };
}

describe("Memory", () => {
  it("recalls what there is, and lets go of what is in hand before", () => {
    const { sent, memory } = made();
    memory.recall(3);
    expect(sent).toEqual([]);
    memory.follow({
      type: "scenes",
      scenes: [{ place: 3, name: "Break" }],
      recalled: null,
      morphing: false,
    });
    memory.seconds.value = 4;
    memory.recall(3);
    expect(sent.map(({ type }) => type)).toEqual(["pull", "recall"]);
    expect(sent[1]).toEqual({ type: "recall", place: 3, seconds: 4 });
    expect(memory.free).toBe(0);
  });

  it("asks to undo at once: the server knows better what there is to undo", () => {
    const { sent, memory } = made();
    memory.undo();
    memory.follow({ type: "steps", undo: 1, redo: 0 });
    memory.redo();
    expect(sent.slice(-1)).toEqual([{ type: "act", name: "redo", deck: 0 }]);
    expect(sent.filter(({ type }) => type === "act").length).toBe(2);
  });

  it("does not rename to nothing", () => {
    const { sent, memory } = made();
    memory.rename(0, "   ");
    memory.rename(0, " Intro ");
    expect(sent).toEqual([{ type: "rename", place: 0, name: "Intro" }]);
  });
});
