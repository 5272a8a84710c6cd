import { describe, expect, it } from "vitest";
import { Faders } from "./faders";

const rate = { name: "rate", default: 1 };
const shift = { name: "shift", default: 0 };

function setUp(connected = true) {
  const sent: Record<string, number>[] = [];
  const frames: (() => void)[] = [];
  const holds: (() => void)[] = [];
  const desk = {
    connected,
    now: 0,
    sent,
    letGo: () => {
      desk.now += 700;
      for (const call of holds.splice(0)) call();
    },
    frame: () => {
      for (const call of frames.splice(0)) call();
    },
  };
  const faders = new Faders(
    (values) => desk.connected && sent.push({ ...values }) > 0,
    (callback) => frames.push(callback),
    () => desk.now,
    (callback) => holds.push(callback),
  );
  return { faders, desk };
}

describe("Faders", () => {
  it("shows a turned value at once and sends one message a frame", () => {
    const { faders, desk } = setUp();
    faders.turn(rate, 2);
    faders.turn(rate, 3);
    faders.turn(shift, 0.5);
    expect(faders.of(rate).value).toBe(3);
    expect(desk.sent).toEqual([]);
    desk.frame();
    expect(desk.sent).toEqual([{ rate: 3, shift: 0.5 }]);
  });

  it("goes where another hand put it once this one has let go", () => {
    const { faders, desk } = setUp();
    faders.turn(rate, 3);
    desk.frame();
    faders.follow({ rate: 3 });
    faders.follow({ rate: 5 });
    desk.now += 400;
    faders.turn(rate, 4);
    desk.frame();
    faders.follow({ rate: 4 });
    faders.follow({ rate: 6 });
    expect(faders.of(rate).value).toBe(4);
    desk.letGo();
    expect(faders.of(rate).value).toBe(6);
  });

  it("is not turned back by an older state, and follows again later", () => {
    const { faders, desk } = setUp();
    faders.turn(rate, 3);
    desk.frame();
    faders.follow({ rate: 1, shift: 0.25 });
    expect(faders.of(rate).value).toBe(3);
    expect(faders.of(shift).value).toBe(0.25);
    desk.now = 1000;
    faders.follow({ rate: 1 });
    expect(faders.of(rate).value).toBe(1);
  });

  it("keeps what was turned without a connection until there is one", () => {
    const { faders, desk } = setUp(false);
    faders.turn(rate, 5);
    desk.frame();
    desk.now = 5000;
    desk.connected = true;
    faders.follow({ rate: 1 });
    expect(faders.of(rate).value).toBe(5);
    faders.flush();
    faders.flush();
    expect(desk.sent).toEqual([{ rate: 5 }]);
  });
});
