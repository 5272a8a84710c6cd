import { describe, expect, it } from "vitest";
import { due, Grid } from "./grid";

const RATE = 48_000;
/** Two bars at 120 BPM. */
const LENGTH = 4 * RATE;
const QUARTERS = 8;
const song = { at: 100, quarters: 6, bpm: 120 };
/** The audio clock is two seconds behind the server's; `late` seconds more or less are misread. */
const heard = (server: number, late = 0) => ({
  frame: (server - 2 + late) * RATE,
  server,
  rate: RATE,
});

function following() {
  const grid = new Grid();
  grid.follow(song);
  grid.tick(heard(100));
  return grid;
}

describe("due", () => {
  it("is when the song comes to a whole multiple", () => {
    expect(due(song, heard(100), 8)).toBeCloseTo(99 * RATE, 6);
    expect(due(song, heard(102.5), 8)).toBeCloseTo(103 * RATE, 6);
    expect(due(song, heard(90.25), 3.5)).toBeCloseTo(89.75 * RATE, 6);
  });
});

describe("Grid", () => {
  it("is nobody's while nothing is followed, or another tempo is", () => {
    const grid = new Grid();
    grid.tick(heard(100));
    expect(grid.lane(LENGTH, QUARTERS)).toBeNull();
    grid.follow(song);
    expect(grid.lane(LENGTH * 1.02, QUARTERS)).toBeNull();
    expect(grid.lane(LENGTH * 1.002, QUARTERS)).not.toBeNull();
    grid.tick(null);
    expect(grid.lane(LENGTH, QUARTERS)).toBeNull();
    grid.tick(heard(101));
    grid.follow(null);
    expect(grid.lane(LENGTH, QUARTERS)).toBeNull();
  });

  it("puts first samples on multiples of the loop's quarters", () => {
    const lane = following().lane(LENGTH, QUARTERS);
    expect(lane).toEqual({ origin: 99 * RATE, length: LENGTH });
  });

  it("is one for all decks, to the sample, though clocks jitter", () => {
    const grid = following();
    const lane = grid.lane(LENGTH, QUARTERS);
    for (let n = 0; n < 1000; n++) {
      grid.tick(heard(100 + n / 50, 0.003 * Math.sin(n)));
      if (n % 100 === 0) grid.tick(heard(100 + n / 50, 0.3));
      expect(grid.lane(LENGTH, QUARTERS)).toEqual(lane);
    }
  });

  it("moves with a song that is elsewhere, and by what clocks have parted", () => {
    const grid = following();
    expect(grid.lane(LENGTH, QUARTERS)?.origin).toBe(99 * RATE);
    grid.follow({ ...song, quarters: 6.5 });
    for (let n = 0; n < 5; n++) grid.tick(heard(100 + n / 50));
    expect(grid.lane(LENGTH, QUARTERS)?.origin).toBe(98.75 * RATE);
    for (let n = 0; n < 20; n++) grid.tick(heard(101 + n / 50, 0.006));
    expect(grid.lane(LENGTH, QUARTERS)?.origin).toBe((4 + 98.756) * RATE);
  });

  it("keeps up with loops that are a little longer than the song's bars", () => {
    const grid = following();
    const length = Math.round(LENGTH * 1.0004);
    grid.lane(length, QUARTERS);
    for (let server = 100; server < 400; server += 0.02) {
      grid.tick(heard(server));
      const lane = grid.lane(length, QUARTERS) ?? { origin: 0, length };
      const wanted = due(song, heard(server), QUARTERS);
      const rounds = Math.round((wanted - lane.origin) / length);
      const off = (wanted - lane.origin - rounds * length) / RATE;
      // 1.6 ms a round, which is noticed within a tenth of a second.
      if (server % 4 > 1.2) expect(Math.abs(off)).toBeLessThan(0.0051);
    }
  });
});
