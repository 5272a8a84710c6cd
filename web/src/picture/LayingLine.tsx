import { useStage } from "../panel/context";

/** A thin line below the picture that grows while the layout of an ear that had none is computed. */
export function LayingLine() {
  const laying = useStage().ownLaying.value;
  if (laying?.going !== "computing") return null;
  return (
    <progress class="laying" value={laying.share} max={1} aria-label="Layout of the neurons" />
  );
}
