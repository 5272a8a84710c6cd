import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Range } from "../messages";
import { useAnimation, useStage } from "../panel/context";
import type { Layout } from "../protocol/frame";
import { fraction, wholeLayer } from "../range";
import { neuronsIn, type Point } from "../selecting/area";
import { neuronAt } from "./addresses";
import type { Picture } from "./drawn";
import { type Tool, useGestures } from "./gestures";
import { HoverCard } from "./HoverCard";
import { LayerLabels } from "./LayerLabels";
import { LayingLine } from "./LayingLine";
import { marks } from "./marks";
import { NetworkPicture } from "./network";
import { travelled, WHOLE } from "./places";
import { PlainPicture } from "./plain";
import { Sharpness } from "./sharpness";
import { Toolbar } from "./Toolbar";
import { type Thread, threadsOf } from "./threads";
import {
  type Bounds,
  between,
  bounds,
  byKey,
  type Camera,
  HOME,
  type Size,
  type View,
  viewOf,
} from "./view";

/** Room for the layers' names on the left, in CSS pixels. */
const INSET = { left: 118, right: 58, top: 18, bottom: 18 };
const LARGEST_RATIO = 2;
/** A grid may be stretched by as much to fill a wide canvas; a layout has its own proportions. */
const STRETCH = { grid: 2.2, laid: 1 };
const NOWHERE: Frame = { box: { left: -1, right: 1, bottom: -1, top: 1 }, stretch: 1 };

const PLAIN = "Drawn plainly: this browser offers no WebGL2.";

/** All neurons of the ear, lit by what is heard, to be chosen by looking. */
export function NetworkView() {
  const stage = useStage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture | null>(null);
  const { view, byActivation } = stage;
  const camera = useSignal(HOME);
  const size = useSignal<Size>({ width: 1, height: 1 });
  const trouble = useSignal("");
  const pointed = useSignal<string | null>(null);
  const tool = useSignal<Tool>("hand");
  const hovered = useSignal<number | null>(null);
  const outline = useSignal<readonly Point[]>([]);
  const threads = useRef<readonly Thread[]>([]);
  const ring = useRef<HTMLElement>(null);
  const frames = useRef({ from: NOWHERE, to: NOWHERE, begun: -Infinity });
  const sharpness = useRef(new Sharpness());

  useEffect(() => {
    if (!canvas.current) return;
    try {
      picture.current = openPicture(canvas.current);
      if (picture.current instanceof PlainPicture) trouble.value = PLAIN;
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
      return;
    }
    const drawn = picture.current;
    stage.picture = drawn;
    const network = effect(() => {
      const ear = stage.ear.value;
      const layout = stage.layout.value;
      if (!ear || !layout) return;
      const travels = drawn.setNetwork(ear.layers, layout);
      frames.current = {
        from: frames.current.to,
        to: frameOf(layout),
        begun: travels ? performance.now() : -Infinity,
      };
    });
    const marked = effect(() => {
      const layers = stage.ear.value?.layers;
      const { targets, choice, mode } = stage.aim;
      if (!layers || !stage.layout.value) return;
      const draft = mode.value === "add" ? choice.value : null;
      const shown = pointed.value === null ? draft : wholeLayer(pointed.value);
      drawn.setMarks(marks(layers, targets.value, shown));
    });
    const joined = effect(() => {
      const { ear, edges } = stage;
      const layers = ear.value?.layers;
      stage.edges.want(ear.value?.hash ?? "", layers ? hovered.value : null);
      const found = edges.shown.value;
      threads.current =
        layers && found ? threadsOf(found.neuron, layers, found.neurons, found.weights) : [];
    });
    return () => {
      network();
      marked();
      joined();
      stage.picture = null;
      drawn.close();
    };
  }, []);

  useAnimation((now) => {
    const heard = stage.heard(now);
    if (!picture.current || !canvas.current) return;
    const present = resize(canvas.current, sharpness.current.at(now));
    const { from, to, begun } = frames.current;
    const moved = travelled(begun, now);
    const arrived = seen(to, present, camera.peek());
    const next = moved < 1 ? between(seen(from, present, camera.peek()), arrived, moved) : arrived;
    if (differ(present, size.peek())) size.value = present;
    if (differ(next, view.peek())) view.value = next;
    picture.current.draw({
      loop: heard?.loop ?? null,
      phase: heard?.phase ?? 0,
      moved,
      view: next,
      pulse: 0.5 + 0.5 * Math.sin(now / 400),
      threads: threads.current,
      seconds: now / 1000,
      byActivation: byActivation.peek(),
      bright: stage.bright.peek(),
    });
    if (ring.current) follow(ring.current, hovered.peek(), picture.current, next);
  });

  const rangeOf = (neuron: number): Range | null => {
    const found = neuronAt(stage.ear.peek()?.layers ?? [], neuron);
    if (!found) return null;
    const { layer, channel, pitch } = found;
    return {
      ...stage.aim.choice.peek(),
      layer: layer.name,
      channel: fraction(channel, channel + 1, layer.channels),
      pitch: fraction(pitch, pitch + 1, layer.pitches),
    };
  };
  const gestures = useGestures({
    camera,
    view,
    tool,
    outline,
    places: () => picture.current?.places(),
    take: (neuron) => {
      const range = rangeOf(neuron);
      if (range && stage.aim.mode.peek() === "replace") return stage.aim.choose(range);
      const count = picture.current?.places().length ?? 0;
      const one = new Uint8Array(count / 2);
      one[neuron] = 1;
      stage.aim.select(one);
    },
    surround: (line) => {
      const places = picture.current?.places();
      if (!places) return;
      const chosen = neuronsIn(places, view.peek(), line);
      if (chosen.some(Boolean)) stage.aim.select(chosen);
      else stage.notices.tell("There are no neurons within the line.");
    },
    hover: (neuron) => {
      hovered.value = neuron;
    },
    hold: (neuron) => {
      const range = neuron === null ? null : rangeOf(neuron);
      if (range) stage.solo.hold({ ...range, time: [0, 1] });
      else stage.solo.letGo();
    },
  });
  const steer = (event: KeyboardEvent) => {
    gestures.onKeyDown(event);
    const next = byKey(camera.peek(), event.key);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    camera.value = next;
  };

  return (
    <div class="network">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        class={tool.value === "hand" ? "" : "drawing"}
        aria-label="All neurons of the ear, layer by layer, lit by what is heard; arrow keys move it, plus and minus zoom, 0 shows all"
        {...gestures}
        onKeyDown={steer}
      />
      <Outline line={outline} />
      <i class={stage.solo.held.value ? "ring held" : "ring"} ref={ring} hidden />
      {trouble.value && <p class="trouble">{trouble.value}</p>}
      <LayingLine />
      <LayerLabels view={view} size={size} pointed={pointed} />
      <Toolbar tool={tool} camera={camera} byActivation={byActivation} />
      <HoverCard neuron={hovered} />
      {stage.solo.held.value && (
        <p class="solo">Listening to {stage.solo.held.value.layer} alone, from the next loop on</p>
      )}
    </div>
  );
}

/** What is being drawn around. */
function Outline({ line }: { line: ReadonlySignal<readonly Point[]> }) {
  if (line.value.length < 2) return null;
  const points = line.value.map(({ x, y }) => `${50 + 50 * x},${50 - 50 * y}`).join(" ");
  return (
    <svg class="outline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={points} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

/** Keeps the ring on the neuron under the pointer, which moves with the music. */
function follow(ring: HTMLElement, neuron: number | null, picture: Picture, view: View): void {
  ring.hidden = neuron === null;
  if (neuron === null) return;
  const places = picture.places();
  const x = 0.5 + 0.5 * (places[2 * neuron] * view.scaleX + view.shiftX);
  const y = 0.5 - 0.5 * (places[2 * neuron + 1] * view.scaleY + view.shiftY);
  ring.style.left = `${100 * x}%`;
  ring.style.top = `${100 * y}%`;
}

interface Frame {
  box: Bounds;
  stretch: number;
}

/** What all snapshots lie in, so that the view stands still while they play. */
function frameOf({ header, positions }: Layout): Frame {
  return { box: bounds(positions, WHOLE), stretch: STRETCH[header.kind] };
}

function seen({ box, stretch }: Frame, size: Size, camera: Camera): View {
  return viewOf(box, size, INSET, camera, stretch);
}

function differ<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).some((key) => a[key] !== b[key]);
}

/** With WebGL2, or plainly without. */
function openPicture(canvas: HTMLCanvasElement): Picture {
  const gl = canvas.getContext("webgl2", {
    alpha: false,
    antialias: false,
    depth: false,
    powerPreference: "high-performance",
  });
  if (gl) return new NetworkPicture(gl);
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("The picture needs a canvas, which this browser does not offer.");
  return new PlainPicture(context);
}

/** Gives the canvas as many pixels as it covers; its size in CSS pixels. */
function resize(canvas: HTMLCanvasElement, share: number): Size {
  const ratio = Math.min(LARGEST_RATIO, window.devicePixelRatio || 1) * share;
  const size = { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1 };
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return size;
}
