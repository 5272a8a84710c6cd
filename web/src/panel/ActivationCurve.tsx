import { useStage } from "./context";
import { formatNumber } from "./format";

const WIDTH = 200;
const HEIGHT = 100;

/** How strongly the target answers, step by step. */
export function ActivationCurve() {
  const { status } = useStage();
  const history = status.value?.history ?? [];
  const last = history[history.length - 1];
  return (
    <figure
      class="curve"
      title="The target's activation, step by step, in standard deviations above what music usually gives"
    >
      <figcaption>
        <span>Activation</span>
        <output>{last ? formatNumber(Math.round(last[1] * 100) / 100) : "–"}</output>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Activation over the steps"
      >
        {history.length > 1 && <Line points={polyline(history)} />}
      </svg>
    </figure>
  );
}

function Line({ points }: { points: string }) {
  return (
    <>
      <polygon points={`0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`} class="under" />
      <polyline points={points} class="line" vector-effect="non-scaling-stroke" />
    </>
  );
}

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
