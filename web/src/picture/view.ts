/** From the layout's square to the canvas: how the picture is fitted, zoomed and moved. */
export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** x' = x * scaleX + shiftX, from layout coordinates to clip space (-1 to 1, y upwards). */
export interface View {
  scaleX: number;
  scaleY: number;
  shiftX: number;
  shiftY: number;
}

/** What the performer did: zoom about a moved centre, in clip space. */
export interface Camera {
  zoom: number;
  x: number;
  y: number;
}

export const HOME: Camera = { zoom: 1, x: 0, y: 0 };
/** Pixels kept free around the network. */
export interface Inset {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

/** What positions lie in; `whole` is what one is in their numbers. */
export function bounds(positions: ArrayLike<number>, whole = 1): Bounds {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i] / whole);
    right = Math.max(right, positions[i] / whole);
    bottom = Math.min(bottom, positions[i + 1] / whole);
    top = Math.max(top, positions[i + 1] / whole);
  }
  return left <= right ? { left, right, bottom, top } : { left: -1, right: 1, bottom: -1, top: 1 };
}

/**
 * Fits `box` into a canvas of `size` pixels but for the inset, then applies the camera. One axis may
 * be stretched by `stretch` beside the other to fill it.
 */
export function viewOf(
  box: Bounds,
  size: Size,
  inset: Inset,
  camera: Camera,
  stretch: number,
): View {
  const width = Math.max(1, size.width - inset.left - inset.right);
  const height = Math.max(1, size.height - inset.top - inset.bottom);
  const spanX = Math.max(1e-6, box.right - box.left);
  const spanY = Math.max(1e-6, box.top - box.bottom);
  // Pixels a layout unit would get in each direction if the layout filled the canvas.
  const fullX = width / spanX;
  const fullY = height / spanY;
  const scaleX = ((2 * Math.min(fullX, fullY * stretch)) / size.width) * camera.zoom;
  const scaleY = ((2 * Math.min(fullY, fullX * stretch)) / size.height) * camera.zoom;
  const middleX = ((inset.left - inset.right) / size.width) * camera.zoom;
  const middleY = ((inset.bottom - inset.top) / size.height) * camera.zoom;
  return {
    scaleX,
    scaleY,
    shiftX: (-scaleX * (box.left + box.right)) / 2 + middleX + camera.x,
    shiftY: (-scaleY * (box.bottom + box.top)) / 2 + middleY + camera.y,
  };
}

/** Between two views, `share` of the way from the first. */
export function between(from: View, to: View, share: number): View {
  const mixed = { ...to };
  for (const key of Object.keys(to) as (keyof View)[])
    mixed[key] = from[key] + share * (to[key] - from[key]);
  return mixed;
}

/** Zooms by `factor` so that the point (x, y) in clip space stays where it is. */
export function zoomAt(camera: Camera, factor: number, x: number, y: number): Camera {
  const zoom = Math.min(40, Math.max(1, camera.zoom * factor));
  const real = zoom / camera.zoom;
  if (zoom === 1) return HOME;
  return { zoom, x: x + (camera.x - x) * real, y: y + (camera.y - y) * real };
}

/** The vertex nearest to clip-space point (x, y), or -1 beyond `reach` pixels. */
export function nearest(
  positions: ArrayLike<number>,
  view: View,
  point: { x: number; y: number },
  size: Size,
  reach: number,
): number {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < positions.length / 2; i++) {
    const x = ((positions[2 * i] * view.scaleX + view.shiftX - point.x) * size.width) / 2;
    const y = ((positions[2 * i + 1] * view.scaleY + view.shiftY - point.y) * size.height) / 2;
    const distance = x * x + y * y;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/** Moves the picture by (x, y) in clip space; what is not zoomed stays where it is. */
export function moved(camera: Camera, x: number, y: number): Camera {
  const { zoom } = camera;
  if (zoom <= 1) return camera;
  const within = (value: number) => Math.min(zoom, Math.max(-zoom, value));
  return { zoom, x: within(camera.x + x), y: within(camera.y + y) };
}

const STEP = 0.15;
const FACTOR = 1.4;

/** What a key does with the picture: arrows move it, plus and minus zoom, 0 comes home. */
export function byKey(camera: Camera, key: string): Camera | null {
  if (key === "+" || key === "=") return zoomAt(camera, FACTOR, 0, 0);
  if (key === "-") return zoomAt(camera, 1 / FACTOR, 0, 0);
  if (key === "0" || key === "Home") return HOME;
  const way = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  return way ? moved(camera, STEP * way[0], STEP * way[1]) : null;
}
