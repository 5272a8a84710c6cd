import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Camera, HOME, nearest, type View, zoomAt } from "./view";

const REACH_PIXELS = 12;
const LONGEST_CLICK_PIXELS = 4;

interface Wiring {
  camera: Signal<Camera>;
  view: Signal<View>;
  /** x and y of each neuron at present */
  places(): ArrayLike<number> | undefined;
  /** a neuron was clicked */
  take(neuron: number): void;
}

/** The wheel zooms, dragging moves, a double click comes home, a click takes a neuron. */
export function usePointer({ camera, view, places, take }: Wiring) {
  const drag = useRef<{ x: number; y: number; moved: number } | null>(null);
  return {
    onWheel(event: WheelEvent) {
      event.preventDefault();
      const { x, y } = clip(event);
      camera.value = zoomAt(camera.peek(), Math.exp(-event.deltaY / 300), x, y);
    },
    onPointerDown(event: PointerEvent) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, y: event.clientY, moved: 0 };
    },
    onPointerMove(event: PointerEvent) {
      const last = drag.current;
      if (!last) return;
      const { width, height } = (event.currentTarget as Element).getBoundingClientRect();
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      drag.current = { x: event.clientX, y: event.clientY, moved: last.moved + Math.hypot(dx, dy) };
      const { zoom, x, y } = camera.peek();
      if (zoom > 1) camera.value = { zoom, x: x + (2 * dx) / width, y: y - (2 * dy) / height };
    },
    onPointerUp(event: PointerEvent) {
      const moved = drag.current?.moved ?? 0;
      drag.current = null;
      if (moved > LONGEST_CLICK_PIXELS) return;
      const all = places();
      if (!all) return;
      const size = (event.currentTarget as Element).getBoundingClientRect();
      const neuron = nearest(all, view.peek(), clip(event), size, REACH_PIXELS);
      if (neuron >= 0) take(neuron);
    },
    onDblClick() {
      camera.value = HOME;
    },
  };
}

/** Where an event lies in clip space. */
function clip(event: MouseEvent): { x: number; y: number } {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return {
    x: (2 * (event.clientX - box.left)) / box.width - 1,
    y: 1 - (2 * (event.clientY - box.top)) / box.height,
  };
}
