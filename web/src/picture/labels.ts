/**
 * Moves labels apart so that no two are closer than `gap`, each as little from its place as its
 * neighbours allow, none outside 0 to `limit` while there is room. `places` may be in any order.
 */
export function spread(places: readonly number[], gap: number, limit: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const out = [...places];
  let least = gap / 2;
  for (const i of order) {
    out[i] = Math.max(out[i], least);
    least = out[i] + gap;
  }
  let most = limit - gap / 2;
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i], most);
    most = out[i] - gap;
  }
  return out;
}

/** Places of `count` labels one above the other, the first lowest, in the middle of `limit`. */
export function column(count: number, gap: number, limit: number): number[] {
  const apart = Math.min(gap, limit / Math.max(1, count));
  return Array.from({ length: count }, (_, i) => limit / 2 + apart * ((count - 1) / 2 - i));
}
