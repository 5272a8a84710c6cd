import { ControlTable } from "./ControlTable";
import { useStage } from "./context";
import { MappingKeeper } from "./MappingKeeper";
import { PortPicker } from "./PortPicker";

/** MIDI: which ports there are, what each of their controllers moves, and how to teach them. */
export function ControllersTab() {
  const { hands } = useStage();
  const ports = hands.controllers.value?.ports ?? [];
  return (
    <>
      <section class="group">
        <h2>MIDI</h2>
        <UseMidi />
        {ports.length > 0 && <PortPicker />}
      </section>
      {ports.length > 0 && (
        <>
          <ControlTable />
          <MappingKeeper />
        </>
      )}
    </>
  );
}

function UseMidi() {
  const { hands } = useStage();
  const midi = hands.midi.value;
  const own = hands.controllers.value?.ports.filter(({ place }) => place === "page").length ?? 0;
  if (midi === "on")
    return (
      <p class="quiet">
        {own > 0
          ? "This browser's MIDI is in use."
          : "No MIDI device is connected to this browser yet."}
      </p>
    );
  return (
    <button
      type="button"
      class="small wide"
      disabled={midi === "asking"}
      title="Lets this page use the MIDI devices of this machine; the browser asks first"
      onClick={() => void hands.open()}
    >
      Use MIDI
    </button>
  );
}
