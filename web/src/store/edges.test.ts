import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EdgeStore, PAUSE_MS } from "./edges";

function setUp() {
  const asked: string[] = [];
  const store = new EdgeStore(async (url) => {
    asked.push(url);
    const neuron = Number(url.split("/").at(-1));
    return new Response(JSON.stringify({ neuron, neurons: [1], weights: [2], bins: null }));
  });
  return { asked, store };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("EdgeStore", () => {
  it("asks once a neuron was wanted for a moment, and keeps the answer", async () => {
    const { asked, store } = setUp();
    store.want("ear", 3);
    await vi.advanceTimersByTimeAsync(PAUSE_MS / 2);
    store.want("ear", 4);
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(asked).toEqual(["api/edges/ear/4"]);
    expect(store.shown.value?.neuron).toBe(4);
    store.want("ear", null);
    expect(store.shown.value).toBeNull();
    store.want("ear", 4);
    expect(store.shown.value?.neuron).toBe(4);
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(asked).toHaveLength(1);
    store.want("other", 4);
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(asked).toHaveLength(2);
  });

  it("shows nothing of a neuron that was left meanwhile, nor of one that nobody answers for", async () => {
    const store = new EdgeStore(() => Promise.reject(new Error("away")));
    store.want("ear", 1);
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(store.shown.value).toBeNull();
  });
});
