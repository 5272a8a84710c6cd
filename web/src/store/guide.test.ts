import { describe, expect, it } from "vitest";
import { Guide, STOPS } from "./guide";

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
}

describe("Guide", () => {
  it("invites once, leads through all stops and can be taken again", () => {
    const storage = memory();
    const guide = new Guide(storage);
    expect(guide.inviting.value).toBe(true);
    guide.start();
    for (let at = 0; at < STOPS.length; at++) {
      expect(guide.stop.value).toBe(at);
      guide.next();
    }
    expect([guide.stop.value, guide.inviting.value]).toEqual([null, false]);
    const later = new Guide(storage);
    expect(later.inviting.value).toBe(false);
    later.start();
    later.leave();
    expect(later.stop.value).toBeNull();
  });

  it("goes without a storage", () => {
    const broken = {
      getItem: () => {
        throw new Error("not allowed");
      },
      setItem: () => {
        throw new Error("not allowed");
      },
    };
    const guide = new Guide(broken);
    guide.start();
    expect(guide.stop.value).toBe(0);
  });
});
