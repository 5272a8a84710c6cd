/** Size of the drawing that the points are for; it is stretched to its place on the page. */
export const WIDTH = 200;
export const HEIGHT = 100;

/** The history as points of an SVG polyline that fills the picture, with a little air above. */
export function polyline(history: [number, number][]): string {
  const values = history.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const high = Math.max(low + 1e-6, ...values) * 1.08 - 0.08 * low;
  const first = history[0][0];
  const steps = Math.max(1, history[history.length - 1][0] - first);
  return history
    .map(([step, value]) => {
      const x = ((step - first) / steps) * WIDTH;
      const y = HEIGHT - ((value - low) / (high - low)) * HEIGHT;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
