import type { Clip } from "../messages";
import { useStage } from "../panel/context";
import { ScalogramView } from "./ScalogramView";

/** Before and after: the clip's scalogram and that of the loop that is heard. */
export function ScalogramStrip() {
  const stage = useStage();
  const { start, playing, clips, state } = stage;
  const clip = clips.value.find(({ id }) => id === state.value?.clip);
  return (
    <>
      <ScalogramView
        caption="Start"
        note={clip ? describe(clip) : ""}
        loop={start.value}
        title="The clip's scalogram: time to the right, pitch upwards"
      />
      <ScalogramView
        caption="Now"
        note={
          playing.value?.header.kind === "dream" ? `after ${playing.value.header.step} steps` : ""
        }
        loop={playing.value}
        title="The scalogram of the loop that is heard; drag across it to choose time and pitch"
        selectable
      />
    </>
  );
}

function describe({ title, bpm, seconds }: Clip): string {
  return bpm ? `${title}, ${Math.round(bpm)} bpm` : `${title}, ${seconds.toFixed(1)}\u00a0s`;
}
