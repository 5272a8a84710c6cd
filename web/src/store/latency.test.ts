import { describe, expect, it } from "vitest";
import { Latency } from "./latency";

function made() {
  const clock = { now: 0 };
  return { clock, latency: new Latency(() => clock.now) };
}

describe("Latency", () => {
  it("runs from the last turn to the loop that carries it", () => {
    const { clock, latency } = made();
    latency.turned();
    clock.now = 100;
    latency.turned();
    latency.told(7, true);
    clock.now = 150;
    latency.came(6);
    expect(latency.measured.value).toBeNull();
    clock.now = 340;
    latency.came(7);
    expect(latency.measured.value).toBe(240);
    clock.now = 900;
    latency.came(8);
    expect(latency.measured.value).toBe(240);
  });

  it("measures nothing while nothing is dreamed", () => {
    const { clock, latency } = made();
    latency.turned();
    latency.told(3, false);
    clock.now = 50;
    latency.came(3);
    expect(latency.measured.value).toBeNull();
  });
});
