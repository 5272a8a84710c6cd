import { describe, expect, it } from "vitest";
import { AudibleClock, outputStamp } from "./clock";

describe("AudibleClock", () => {
  it("carries on between stamps", () => {
    const clock = new AudibleClock();
    expect(clock.read({ contextTime: 2, performanceTime: 5000 }, 5016)).toBeCloseTo(2.016, 9);
  });

  it("smooths the jitter of the stamps", () => {
    const clock = new AudibleClock();
    let worst = 0;
    for (let i = 0; i < 200; i++) {
      const now = 1000 + 16 * i;
      const jitter = i % 2 ? 0.004 : -0.004;
      const read = clock.read({ contextTime: now / 1000 + jitter, performanceTime: now }, now);
      if (i > 100) worst = Math.max(worst, Math.abs(read - now / 1000));
    }
    expect(worst).toBeLessThan(0.001);
  });

  it("follows a leap at once", () => {
    const clock = new AudibleClock();
    clock.read({ contextTime: 1, performanceTime: 1000 }, 1000);
    expect(clock.read({ contextTime: 1, performanceTime: 9000 }, 9000)).toBeCloseTo(1, 9);
  });
});

describe("outputStamp", () => {
  it("falls back to the latency where there is no stamp yet", () => {
    const context = {
      getOutputTimestamp: () => ({ contextTime: 0, performanceTime: 0 }),
      currentTime: 3,
      outputLatency: 0.05,
      baseLatency: 0.01,
    } as unknown as AudioContext;
    expect(outputStamp(context, 700)).toEqual({ contextTime: 2.95, performanceTime: 700 });
  });
});
