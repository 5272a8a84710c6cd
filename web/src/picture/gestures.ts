import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Point } from "../selecting/area";
import { type Camera, HOME, moved, nearest, type View, zoomAt } from "./view";

export type Tool = "hand" | "box" | "lasso";

const REACH_PIXELS = 12;
const LONGEST_CLICK_PIXELS = 4;
/** Held so long on one neuron, it is listened to alone. */
const HOLD_MS = 450;

interface Wiring {
  camera: Signal<Camera>;
  view: Signal<View>;
  tool: Signal<Tool>;
  /** what is being drawn around, in clip space */
  outline: Signal<readonly Point[]>;
  /** x and y of each neuron at present */
  places(): ArrayLike<number> | undefined;
  /** a neuron was clicked */
  take(neuron: number): void;
  /** an outline was closed */
  surround(outline: readonly Point[]): void;
  /** the pointer rests on a neuron, or on none */
  hover(neuron: number | null): void;
  /** a neuron is held to be listened to, or let go of */
  hold(neuron: number | null): void;
}

interface Drag {
  tool: Tool;
  from: Point;
  x: number;
  y: number;
  way: number;
  holding: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The wheel zooms, dragging moves or draws around neurons, as the tool says; with Shift a box, with
 * Alt a lasso. A double click comes home, a click takes a neuron, holding still listens to it. Two
 * fingers zoom and move.
 */
export function useGestures(wiring: Wiring) {
  const { camera, view, tool, outline, places, take, surround, hover, hold } = wiring;
  const drag = useRef<Drag | null>(null);
  const fingers = useRef(new Map<number, Point>());

  const at = (event: MouseEvent): number | null => {
    const all = places();
    if (!all) return null;
    const size = boxOf(event);
    const found = nearest(all, view.peek(), clip(event), size, REACH_PIXELS);
    return found < 0 ? null : found;
  };
  const end = () => {
    if (drag.current) clearTimeout(drag.current.timer);
    if (drag.current?.holding) hold(null);
    drag.current = null;
    outline.value = [];
  };
  const pinch = (event: PointerEvent): void => {
    const before = [...fingers.current.values()];
    fingers.current.set(event.pointerId, clip(event));
    const after = [...fingers.current.values()];
    const factor = apart(after) / Math.max(1e-3, apart(before));
    const [was, is] = [middle(before), middle(after)];
    camera.value = moved(zoomAt(camera.peek(), factor, is.x, is.y), is.x - was.x, is.y - was.y);
  };

  return {
    onWheel(event: WheelEvent) {
      event.preventDefault();
      const { x, y } = clip(event);
      camera.value = zoomAt(camera.peek(), Math.exp(-event.deltaY / 300), x, y);
    },
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, clip(event));
      end();
      if (fingers.current.size > 1) return;
      const used = event.shiftKey ? "box" : event.altKey ? "lasso" : tool.peek();
      const neuron = used === "hand" ? at(event) : null;
      const begun: Drag = {
        tool: used,
        from: clip(event),
        x: event.clientX,
        y: event.clientY,
        way: 0,
        holding: false,
        timer: undefined,
      };
      drag.current = begun;
      if (neuron === null) return;
      begun.timer = setTimeout(() => {
        begun.holding = true;
        hold(neuron);
      }, HOLD_MS);
    },
    onPointerMove(event: PointerEvent) {
      if (fingers.current.size > 1 && fingers.current.has(event.pointerId)) return pinch(event);
      const now = drag.current;
      if (!now) return hover(event.pointerType === "touch" ? null : at(event));
      if (now.holding) return;
      const { width, height } = boxOf(event);
      const [dx, dy] = [event.clientX - now.x, event.clientY - now.y];
      now.x = event.clientX;
      now.y = event.clientY;
      now.way += Math.hypot(dx, dy);
      if (now.way <= LONGEST_CLICK_PIXELS) return;
      clearTimeout(now.timer);
      const here = clip(event);
      if (now.tool === "hand")
        camera.value = moved(camera.peek(), (2 * dx) / width, (-2 * dy) / height);
      else if (now.tool === "lasso")
        outline.value = [...(outline.peek().length ? outline.peek() : [now.from]), here];
      else outline.value = corners(now.from, here);
    },
    onPointerUp(event: PointerEvent) {
      fingers.current.delete(event.pointerId);
      const now = drag.current;
      const drawn = outline.peek();
      const held = now?.holding;
      end();
      if (!now || held) return;
      if (now.way > LONGEST_CLICK_PIXELS) {
        if (drawn.length > 2) surround(drawn);
        return;
      }
      const neuron = at(event);
      if (neuron !== null) take(neuron);
    },
    onPointerCancel(event: PointerEvent) {
      fingers.current.delete(event.pointerId);
      end();
    },
    onPointerLeave() {
      hover(null);
    },
    onDblClick() {
      camera.value = HOME;
    },
    onKeyDown(event: KeyboardEvent) {
      if (event.key === "Escape") end();
    },
  };
}

function corners(a: Point, b: Point): Point[] {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}

function apart([a, b]: readonly Point[]): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle([a, b]: readonly Point[]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function boxOf(event: MouseEvent): DOMRect {
  return (event.currentTarget as Element).getBoundingClientRect();
}

/** Where an event lies in clip space. */
function clip(event: MouseEvent): Point {
  const box = boxOf(event);
  return {
    x: (2 * (event.clientX - box.left)) / box.width - 1,
    y: 1 - (2 * (event.clientY - box.top)) / box.height,
  };
}
