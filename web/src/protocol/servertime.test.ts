import { describe, expect, it } from "vitest";
import { ServerTime } from "./servertime";

/** A server whose clock is so many seconds ahead, asked over ways of so many milliseconds. */
function ask(time: ServerTime, ahead: number, at: number, there: number, back: number) {
  time.hear(at, (at + there) / 1000 + ahead, at + there + back);
}

describe("ServerTime", () => {
  it("is not known before an answer, nor when another server may answer", () => {
    const time = new ServerTime();
    expect(time.ahead(5)).toBeNull();
    ask(time, 7, 0, 1, 1);
    expect(time.ahead(500)).toBeCloseTo(7, 9);
    time.forget();
    expect(time.ahead(500)).toBeNull();
  });

  it("goes by the quickest answer, however slow the others are", () => {
    const time = new ServerTime();
    ask(time, -3, 0, 0, 300);
    ask(time, -3, 250, 2, 4);
    ask(time, -3, 500, 90, 1);
    expect(time.ahead(600)).toBeCloseTo(-3.001, 6);
  });

  it("follows clocks that part", () => {
    const time = new ServerTime();
    for (let at = 0; at < 200_000; at += 4000) {
      ask(time, at * 5e-8, at, at === 0 ? 0.1 : 2 + (at % 3), 2);
      expect(Math.abs((time.ahead(at + 9) ?? 0) - at * 5e-8)).toBeLessThan(0.0021);
    }
  });
});
