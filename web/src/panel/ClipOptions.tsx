import type { Clip } from "../messages";
import { useStage } from "./context";

/** All start sounds as the options of a select, by kind. */
export function ClipOptions() {
  const { clips } = useStage();
  return (
    <>
      {kinds(clips.value).map(([kind, ofKind]) => (
        <optgroup key={kind} label={kind}>
          {ofKind.map((clip) => (
            <option key={clip.id} value={clip.id}>
              {describe(clip)}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

function describe({ title, bpm }: Clip): string {
  return bpm ? `${title} · ${Math.round(bpm)} bpm` : title;
}

/** The clips by kind, in the order in which kinds first come. */
function kinds(clips: Clip[]): [string, Clip[]][] {
  const byKind = new Map<string, Clip[]>();
  for (const clip of clips) {
    const kind = clip.kind || "other";
    byKind.set(kind, [...(byKind.get(kind) ?? []), clip]);
  }
  return [...byKind];
}
