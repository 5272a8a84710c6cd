import { useId } from "preact/hooks";
import { useStage } from "./context";

/** Whose MIDI clock is followed, and who is sent one. */
export function ClockChoice() {
  const { timing } = useStage();
  const inputs = timing.inputs.value;
  return (
    <section class="group">
      <h2>MIDI clock</h2>
      {inputs === null ? (
        <button
          type="button"
          class="small"
          title="Asks the browser for its MIDI ports"
          onClick={() => void timing.look()}
        >
          Look for MIDI ports
        </button>
      ) : (
        <>
          <PortSelect
            label="Follow"
            title="All loops take the tempo of this port's clock, and its place in the bar once it starts"
            ports={inputs}
            chosen={timing.input.value}
            onChoose={(name) => timing.follow(name)}
          />
          <PortSelect
            label="Send to"
            title="This port is sent a clock: it starts with a loop, and stops when you pause"
            ports={timing.outputs.value}
            chosen={timing.output.value}
            onChoose={(name) => timing.sendTo(name)}
          />
        </>
      )}
    </section>
  );
}

interface PortSelectProps {
  label: string;
  title: string;
  ports: readonly string[];
  chosen: string;
  onChoose(name: string): void;
}

function PortSelect({ label, title, ports, chosen, onChoose }: PortSelectProps) {
  const id = useId();
  const gone = chosen !== "" && !ports.includes(chosen);
  return (
    <div class="field" title={title}>
      <label for={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">Nobody</option>
        {gone && <option value={chosen}>{chosen} (unplugged)</option>}
        {ports.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
