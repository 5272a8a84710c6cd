import { describe, expect, it } from "vitest";
import type { Lead } from "../messages";
import { Follower } from "./follower";

function lead(change: Partial<Lead> = {}): Lead {
  return {
    type: "lead",
    deck: 0,
    page: "a",
    loop: 1,
    phase: 0,
    at: 0,
    seconds: 4,
    sounding: true,
    region: [0, 0, 2, 2],
    stretch: 1,
    by_activation: false,
    bright: false,
    ...change,
  };
}

describe("Follower", () => {
  it("keeps in phase with a clock that differs, by the quickest word", () => {
    const follower = new Follower();
    const ahead = 86_400_000; // the other clock is a day late
    const delays = [40, 5, 90, 30];
    delays.forEach((delay, k) => {
      const at = 200 * k;
      follower.hear(lead({ at, phase: at / 4000 }), at + ahead + delay);
    });
    const found = follower.at(ahead + 5 + 2000);
    expect(found?.phase).toBeCloseTo(0.5, 9);
  });

  it("goes on through a silence and round the loop's end", () => {
    const follower = new Follower();
    follower.hear(lead({ phase: 0.9 }), 0);
    expect(follower.at(20_000)?.phase).toBeCloseTo(0.9, 9);
    expect(follower.at(20_800)?.phase).toBeCloseTo(0.1, 9);
  });

  it("stands still while nothing sounds, and stays with one page until that is silent", () => {
    const follower = new Follower();
    follower.hear(lead({ sounding: false, phase: 0.3 }), 0);
    expect(follower.at(5000)?.phase).toBe(0.3);
    follower.hear(lead({ at: 5000 }), 5000);
    follower.hear(lead({ page: "b", loop: 9 }), 5500);
    expect(follower.at(5600)?.lead.loop).toBe(1);
    follower.hear(lead({ page: "b", loop: 9 }), 9000);
    expect(follower.at(9000)?.lead.loop).toBe(9);
  });
});
