import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useAnimation, useStage } from "../panel/context";
import type { Layout } from "../protocol/frame";
import { fraction, wholeLayer } from "../range";
import { neuronAt } from "./addresses";
import { LayerLabels } from "./LayerLabels";
import { LayingLine } from "./LayingLine";
import { marks } from "./marks";
import { NetworkPicture } from "./network";
import { travelled, WHOLE } from "./places";
import { usePointer } from "./pointer";
import { Sharpness } from "./sharpness";
import {
  type Bounds,
  between,
  bounds,
  type Camera,
  HOME,
  type Size,
  type View,
  viewOf,
} from "./view";

/** Room for the layers' names on the left, in CSS pixels. */
const INSET = { left: 118, right: 22, top: 18, bottom: 18 };
const LARGEST_RATIO = 2;
/** A grid may be stretched by as much to fill a wide canvas; a layout has its own proportions. */
const STRETCH = { grid: 2.2, laid: 1 };
const NOWHERE: Frame = { box: { left: -1, right: 1, bottom: -1, top: 1 }, stretch: 1 };

/** All neurons of the ear, lit by what is heard. A click takes one into the hand. */
export function NetworkView() {
  const stage = useStage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<NetworkPicture | null>(null);
  const { view } = stage;
  const camera = useSignal(HOME);
  const size = useSignal<Size>({ width: 1, height: 1 });
  const trouble = useSignal("");
  const pointed = useSignal<string | null>(null);
  const frames = useRef({ from: NOWHERE, to: NOWHERE, begun: -Infinity });
  const sharpness = useRef(new Sharpness());

  useEffect(() => {
    if (!canvas.current) return;
    try {
      picture.current = openPicture(canvas.current);
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
    return () => {
      network();
      marked();
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
    });
  });

  const take = (neuron: number) => {
    const found = neuronAt(stage.ear.peek()?.layers ?? [], neuron);
    if (!found) return;
    const { layer, channel, pitch } = found;
    stage.aim.choose({
      layer: layer.name,
      channel: fraction(channel, channel + 1, layer.channels),
      pitch: fraction(pitch, pitch + 1, layer.pitches),
    });
  };
  const pointer = usePointer({
    camera,
    view,
    places: () => picture.current?.places(),
    take,
  });

  return (
    <div class="network">
      <canvas
        ref={canvas}
        role="img"
        aria-label="All neurons of the ear, layer by layer, lit by what is heard"
        {...pointer}
      />
      {trouble.value && <p class="trouble">{trouble.value}</p>}
      <LayingLine />
      <LayerLabels view={view} size={size} pointed={pointed} />
    </div>
  );
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

function openPicture(canvas: HTMLCanvasElement): NetworkPicture {
  const gl = canvas.getContext("webgl2", {
    alpha: false,
    antialias: false,
    depth: false,
    powerPreference: "high-performance",
  });
  if (!gl) throw new Error("The picture needs WebGL2, which this browser does not offer.");
  return new NetworkPicture(gl);
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
