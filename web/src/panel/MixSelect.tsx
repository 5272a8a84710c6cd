import { useId } from "preact/hooks";
import { ClipOptions } from "./ClipOptions";
import { useStage } from "./context";

/** Which sound the parameter `mix` mixes in. */
export function MixSelect() {
  const stage = useStage();
  const id = useId();
  return (
    <div class="field" title="The sound that Mix mixes in, cut or repeated to the loop's length">
      <label for={id}>Mixed in</label>
      <select
        id={id}
        value={stage.state.value?.mix ?? ""}
        onChange={(event) => stage.send({ type: "mix", id: event.currentTarget.value || null })}
      >
        <option value="">The clip itself</option>
        <ClipOptions />
      </select>
    </div>
  );
}
