import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useStage } from "../panel/context";
import { type Fraction, fraction } from "../range";

interface Point {
  x: number;
  y: number;
}

/** Fewer pixels are a click, not a choice. */
const SHORTEST_DRAG = 5;

/** Dragging across a scalogram chooses the time and the pitches of the target in hand. */
export function useSelection(enabled: boolean) {
  const { aim, ear } = useStage();
  const from = useRef<Point | null>(null);
  const box = useSignal<Record<string, string> | null>(null);
  const down = (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    from.current = pointIn(event);
  };
  const move = (event: PointerEvent) => {
    if (from.current) box.value = boxOf(from.current, pointIn(event));
  };
  const up = (event: PointerEvent) => {
    const [a, b] = [from.current, pointIn(event)];
    from.current = null;
    box.value = null;
    const layer = ear.peek()?.layers.find(({ name }) => name === aim.choice.peek().layer);
    const size = (event.currentTarget as Element).getBoundingClientRect();
    if (!a || !layer || Math.abs(a.x - b.x) * size.width < SHORTEST_DRAG) return;
    aim.choose({
      time: between(a.x, b.x, layer.frames),
      pitch: layer.pitches > 1 ? between(1 - a.y, 1 - b.y, layer.pitches) : [0, 1],
    });
  };
  const listeners = enabled ? { onPointerDown: down, onPointerMove: move, onPointerUp: up } : {};
  return { box, listeners };
}

/** The (position, span) pair of the units touched between two places from 0 to 1. */
export function between(a: number, b: number, total: number): Fraction {
  const start = Math.min(total - 1, Math.floor(Math.min(a, b) * total));
  return fraction(start, Math.max(start + 1, Math.ceil(Math.max(a, b) * total)), total);
}

function pointIn(event: PointerEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const inside = (x: number) => Math.min(1, Math.max(0, x));
  return {
    x: inside((event.clientX - box.left) / box.width),
    y: inside((event.clientY - box.top) / box.height),
  };
}

function boxOf(a: Point, b: Point): Record<string, string> {
  const percent = (x: number) => `${100 * x}%`;
  return {
    left: percent(Math.min(a.x, b.x)),
    width: percent(Math.abs(a.x - b.x)),
    top: percent(Math.min(a.y, b.y)),
    height: percent(Math.abs(a.y - b.y)),
  };
}
