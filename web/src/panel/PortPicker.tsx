import { useId } from "preact/hooks";
import { useStage } from "./context";

/** The port that is shown, the mapping that it obeys, and learning by touch. */
export function PortPicker() {
  const stage = useStage();
  const { hands } = stage;
  const ids = { port: useId(), mapping: useId(), touch: useId() };
  const all = hands.controllers.value;
  const port = all?.ports.find(({ id }) => id === hands.shown.value);
  if (!all || !port) return null;
  const about = all.mappings.find(({ id }) => id === port.mapping)?.about;
  return (
    <>
      <div class="field" title="The MIDI port whose controllers are shown below">
        <label for={ids.port}>Port</label>
        <select
          id={ids.port}
          value={port.id}
          onChange={(event) => {
            hands.shown.value = event.currentTarget.value;
          }}
        >
          {all.ports.map(({ id, name, place }) => (
            <option key={id} value={id}>
              {place === "machine" ? `${name} (server)` : name}
            </option>
          ))}
        </select>
      </div>
      <div class="field" title="Which controller of this port moves what">
        <label for={ids.mapping}>Mapping</label>
        <select
          id={ids.mapping}
          value={port.mapping ?? ""}
          onChange={(event) =>
            stage.tell({
              type: "choose_mapping",
              port: port.id,
              mapping: event.currentTarget.value || null,
            })
          }
        >
          <option value="">none</option>
          {all.mappings.map(({ id, name, bundled }) => (
            <option key={id} value={id}>
              {bundled ? name : `${name} (yours)`}
            </option>
          ))}
        </select>
      </div>
      {about && <p class="quiet">{about}</p>}
      <div
        class="switch"
        title="A control that is touched anywhere on the page is moved by the next controller that moves"
      >
        <label for={ids.touch}>Learn by touch</label>
        <input
          id={ids.touch}
          type="checkbox"
          class="toggle"
          checked={hands.touch.value}
          onChange={(event) => {
            hands.touch.value = event.currentTarget.checked;
            if (!hands.touch.value) hands.learn(null);
          }}
        />
      </div>
    </>
  );
}
