import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { useStage } from "./context";

/** Keeps the shown port's mapping under a name, downloads it, deletes it. */
export function MappingKeeper() {
  const stage = useStage();
  const { hands } = stage;
  const id = useId();
  const name = useSignal("");
  const all = hands.controllers.value;
  const port = all?.ports.find((each) => each.id === hands.shown.value);
  const mapping = all?.mappings.find((each) => each.id === port?.mapping);
  if (!port) return null;
  const save = (event: Event) => {
    event.preventDefault();
    if (name.value.trim())
      stage.tell({ type: "save_mapping", port: port.id, name: name.value.trim() });
    name.value = "";
  };
  return (
    <section class="group">
      <h2>Keep</h2>
      <form class="field" onSubmit={save} title="Keeps what is learned, under a name of its own">
        <label for={id}>Save as</label>
        <input
          id={id}
          type="text"
          maxLength={100}
          placeholder={mapping?.name ?? port.name}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="small" disabled={!name.value.trim()} title="Saves the mapping">
          Save
        </button>
      </form>
      {mapping && (
        <div class="row">
          <a
            class="small"
            href={`api/mappings/${mapping.id}`}
            download={`${mapping.id}.toml`}
            title="The mapping as a file, to change by hand or to take along"
          >
            Download
          </a>
          {!mapping.bundled && (
            <button
              type="button"
              class="small"
              title={`Deletes ${mapping.name}; the port obeys what is bundled for it`}
              onClick={() => stage.tell({ type: "delete_mapping", mapping: mapping.id })}
            >
              Delete
            </button>
          )}
        </div>
      )}
    </section>
  );
}
