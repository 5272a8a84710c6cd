/**
 * The law of a crossfade between two loops that may be anything from equal to unrelated.
 *
 * Two unrelated signals add in power, two equal ones in amplitude. With the correlation `rho` of
 * what is heard during the fade, linear ramps a and b have the power a² + b² + 2ab·rho; dividing
 * both by its root keeps the power constant. rho = 1 gives the linear fade, rho = 0 the equal-power
 * one.
 */
export interface Fade {
  out: Float32Array<ArrayBuffer>;
  in: Float32Array<ArrayBuffer>;
}

/** Below this, signals cancel each other so well that making up for it would overshoot. */
const LEAST_RHO = -0.5;

/** Gains at `points` equally spaced moments of the fade, both ends included. */
export function fadeCurves(rho: number, points = 129): Fade {
  const alike = Math.min(1, Math.max(LEAST_RHO, Number.isFinite(rho) ? rho : 0));
  const fade = { out: new Float32Array(points), in: new Float32Array(points) };
  for (let i = 0; i < points; i++) {
    const b = i / (points - 1);
    const a = 1 - b;
    const scale = 1 / Math.sqrt(a * a + b * b + 2 * a * b * alike);
    fade.out[i] = a * scale;
    fade.in[i] = b * scale;
  }
  return fade;
}

/** Correlation of two equally long signals, -1 to 1. Two silences are alike; one silence is not. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < a.length; i++) {
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  if (aa === 0 && bb === 0) return 1;
  if (aa === 0 || bb === 0) return 0;
  return ab / Math.sqrt(aa * bb);
}
