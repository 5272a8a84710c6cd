import { expect, it } from "vitest";
import type { State } from "../messages";
import type { Loop } from "../protocol/frame";
import { Hold } from "./hold";

const found: State = {
  clip: "house",
  ear: "small",
  seconds: 4,
  running: false,
  seed: 0,
  parameters: {},
  targets: [],
  generation: 0,
  mix: null,
};

function loop(id: number, kind: "start" | "dream", generation: number): Loop {
  const header = { type: "loop" as const, id, generation, kind, sample_rate: 1, samples: 1 };
  return {
    header: { ...header, activation: null, step: 0, layers: [] },
    samples: new Float32Array(1),
    activations: new Uint8Array(0),
  };
}

const ids = (loops: Loop[]) => loops.map(({ header }) => header.id);

it("lets nothing be heard of the clip that the server began with", () => {
  const hold = new Hold(found);
  hold.hear(loop(1, "start", 0));
  const wanted = { ...found, clip: "upload-0" };
  hold.want(wanted);
  hold.see({ ...found, generation: 1 });
  hold.hear(loop(2, "dream", 1));
  expect(ids(hold.release({ ...wanted, generation: 4 }))).toEqual([]);
});

it("lets the newest loops of the wanted clip be heard, in their order", () => {
  const hold = new Hold(found);
  const wanted = { ...found, clip: "upload-0" };
  hold.want(wanted);
  hold.see({ ...wanted, generation: 2 });
  hold.hear(loop(4, "dream", 3));
  hold.hear(loop(5, "dream", 4));
  hold.hear(loop(3, "start", 2));
  expect(ids(hold.release({ ...wanted, generation: 4 }))).toEqual([3, 5]);
});

it("keeps what the server began with where that is what is wanted", () => {
  const hold = new Hold(found);
  hold.hear(loop(1, "start", 0));
  hold.want({ ...found, running: true });
  expect(ids(hold.release({ ...found, running: true, generation: 2 }))).toEqual([1]);
});

it("takes another seed for another sound", () => {
  const hold = new Hold(found);
  hold.hear(loop(1, "start", 0));
  hold.want({ ...found, seed: 7 });
  expect(ids(hold.release({ ...found, seed: 7, generation: 2 }))).toEqual([]);
});
