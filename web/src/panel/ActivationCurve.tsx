import { useStage } from "./context";
import { formatNumber } from "./format";
import { HEIGHT, polyline, WIDTH } from "./polyline";

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
