import type { Size, View } from "../picture/view";

/** What is seen of a layout, whatever window it is seen in. */
export interface Region {
  /** centre, width and height in the layout's units */
  region: [number, number, number, number];
  /** width of a unit over its height, on screen */
  stretch: number;
}

/** What a view shows on a canvas of this size. */
export function regionOf(view: View, size: Size): Region {
  const { scaleX, scaleY, shiftX, shiftY } = view;
  return {
    region: [-shiftX / scaleX, -shiftY / scaleY, 2 / scaleX, 2 / scaleY],
    stretch: (scaleX * size.width) / (scaleY * size.height),
  };
}

/** The view that shows all of a region on another canvas, as large as it can be. */
export function viewOfRegion({ region, stretch }: Region, size: Size): View {
  const [x, y, width, height] = region;
  // Pixels of a unit of height: what fits both ways.
  const unit = Math.min(size.height / height, size.width / (width * stretch));
  const scaleX = (2 * unit * stretch) / size.width;
  const scaleY = (2 * unit) / size.height;
  return { scaleX, scaleY, shiftX: -x * scaleX, shiftY: -y * scaleY };
}
