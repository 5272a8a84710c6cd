import type { View } from "../picture/view";

/** A place on the canvas, -1 to 1, upwards. */
export interface Point {
  x: number;
  y: number;
}

/** The neurons of `count` whose places lie in a closed line. */
export function neuronsIn(
  places: ArrayLike<number>,
  view: View,
  outline: readonly Point[],
): Uint8Array {
  const out = new Uint8Array(places.length / 2);
  const [left, right] = ends(outline.map(({ x }) => x));
  const [bottom, top] = ends(outline.map(({ y }) => y));
  for (let neuron = 0; neuron < out.length; neuron++) {
    const x = places[2 * neuron] * view.scaleX + view.shiftX;
    const y = places[2 * neuron + 1] * view.scaleY + view.shiftY;
    const near = x >= left && x <= right && y >= bottom && y <= top;
    if (near && isInside({ x, y }, outline)) out[neuron] = 1;
  }
  return out;
}

/** Whether a line from the point to the right crosses the outline an odd number of times. */
export function isInside({ x, y }: Point, outline: readonly Point[]): boolean {
  let inside = false;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}

/** The outline of a box between two corners. */
export function boxOf(a: Point, b: Point): Point[] {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}

function ends(values: readonly number[]): [number, number] {
  return values.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [
    Infinity,
    -Infinity,
  ] as [number, number]);
}
