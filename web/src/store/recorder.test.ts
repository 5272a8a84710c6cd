import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Block } from "../audio/tape";
import { MOST_SECONDS, Recorder } from "./recorder";

const RATE = 1000;

/** A server that can be away, be another one, or refuse; it keeps what it was sent. */
class Server {
  away = false;
  full = false;
  files: { first: number; frames: Map<number, number>; ended: boolean }[] = [];

  async post(path: string, body: string | Float32Array): Promise<Response> {
    if (this.away) throw new TypeError("network");
    if (path === "api/recordings") {
      this.files.push({
        first: JSON.parse(String(body)).frame,
        frames: new Map(),
        ended: false,
      });
      return Response.json({ id: String(this.files.length - 1) });
    }
    const [, , id, verb] = path.split(/[/?]/);
    const file = this.files[Number(id)];
    if (!file) return Response.json({ detail: "unknown" }, { status: 404 });
    if (this.full) return Response.json({ detail: "no room" }, { status: 507 });
    if (verb === "end") file.ended = true;
    else file.frames.set(Number(path.split("at=")[1]), (body as Float32Array).length);
    return Response.json({});
  }
}

function setUp() {
  const server = new Server();
  const told: string[] = [];
  let give: (block: Block) => void = () => {};
  let frame = 100;
  const recorder = new Recorder({
    page: 1,
    rate: () => RATE,
    frame: () => frame,
    open: async (onBlock) => {
      give = onBlock;
      return { close: async () => {} };
    },
    post: (path, body) => server.post(path, body),
    part: (path) => void server.post(path, ""),
    tell: (line) => told.push(line),
  });
  const hear = async (blocks: number) => {
    for (let i = 0; i < blocks; i++) {
      give({ frame, samples: new Float32Array(500) });
      frame += 500;
      await vi.advanceTimersByTimeAsync(500);
    }
  };
  return { server, told, recorder, hear };
}

describe("Recorder", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends what is heard in its order, and ends", async () => {
    const { server, recorder, hear } = setUp();
    await recorder.start();
    await hear(3);
    await recorder.stop();
    expect(server.files).toHaveLength(1);
    expect(server.files[0].first).toBe(100);
    expect([...server.files[0].frames.keys()]).toEqual([0, 500, 1000]);
    expect(server.files[0].ended).toBe(true);
    expect(recorder.going.value).toBe(false);
    expect(recorder.seconds.value).toBeCloseTo(1.5);
  });

  it("keeps what it hears while the server is away, and goes on without a gap", async () => {
    const { server, recorder, hear } = setUp();
    await recorder.start();
    await hear(2);
    server.away = true;
    await hear(20);
    expect(recorder.waiting.value).toBeGreaterThan(9);
    server.away = false;
    await hear(4);
    await recorder.stop();
    expect([...server.files[0].frames.keys()]).toEqual(
      Array.from({ length: 26 }, (_, i) => 500 * i),
    );
  });

  it("lets the oldest go after a minute", async () => {
    const { server, recorder, hear } = setUp();
    await recorder.start();
    await hear(2);
    server.away = true;
    await hear(2 * MOST_SECONDS + 20);
    expect(recorder.waiting.value).toBeLessThanOrEqual(MOST_SECONDS);
    server.away = false;
    await hear(4);
    await recorder.stop();
    const places = [...server.files[0].frames.keys()];
    expect(places.at(-1)).toBe(500 * (2 + 2 * MOST_SECONDS + 23));
    expect(places[2]).toBeGreaterThan(500 * 15);
  });

  it("goes on in another file where the server is another one", async () => {
    const { server, recorder, hear } = setUp();
    await recorder.start();
    await hear(2);
    server.away = true;
    await hear(2);
    server.files = [];
    server.away = false;
    await hear(4);
    await recorder.stop();
    expect(server.files).toHaveLength(1);
    expect(server.files[0].first).toBe(1100);
    expect([...server.files[0].frames.keys()]).toEqual(
      Array.from({ length: 6 }, (_, i) => 500 * i),
    );
  });

  it("ends its file with the page", async () => {
    const { server, recorder, hear } = setUp();
    recorder.leave();
    await recorder.start();
    await hear(2);
    expect(server.files[0].ended).toBe(false);
    recorder.leave();
    expect(server.files.map(({ ended }) => ended)).toEqual([true]);
  });

  it("ends with one line where the disk is full", async () => {
    const { server, told, recorder, hear } = setUp();
    await recorder.start();
    await hear(2);
    server.full = true;
    await hear(2);
    expect(told).toEqual(["no room"]);
    expect(recorder.going.value).toBe(false);
  });
});
