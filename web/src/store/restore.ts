import type { Clip, State } from "../messages";
import type { DeckMessage } from "./addressed";

export interface Restoring {
  now: DeckMessage[];
  /** what a server can only be told once it has loaded this ear */
  withEar: { ear: string; message: DeckMessage };
}

/**
 * What to tell a server that was started again so that the performance goes on as it was.
 *
 * A server counts its state's changes, so one that has seen fewer than we have is a new one; to one
 * that merely was out of reach nothing is said, since other pages may have changed things since.
 */
export function restoring(was: State | null, now: State): Restoring | null {
  if (!was || now.generation >= was.generation) return null;
  const messages: DeckMessage[] = [];
  if (was.ear !== now.ear) messages.push({ type: "ear", id: was.ear });
  if (was.clip !== now.clip) messages.push({ type: "clip", id: was.clip });
  if (was.mix !== now.mix) messages.push({ type: "mix", id: was.mix });
  if (was.seed !== now.seed) messages.push({ type: "seed", seed: was.seed });
  messages.push({ type: "set", parameters: known(was.parameters, now.parameters) });
  if (was.running !== now.running) messages.push({ type: "run", running: was.running });
  const target: DeckMessage = { type: "target", ranges: was.targets, mode: "replace" };
  return { now: messages, withEar: { ear: was.ear, message: target } };
}

/**
 * The state to restore, with the uploads that went with the old server given to the new one by
 * `again`, which answers their new ids. What cannot be given stays as the new server has it, and
 * `problems` says so.
 */
export async function renewed(
  was: State,
  now: State,
  clips: readonly Clip[],
  again: (id: string) => Promise<string>,
): Promise<{ state: State; problems: string[] }> {
  const problems: string[] = [];
  const renew = async <Id extends string | null>(id: Id, otherwise: Id) => {
    if (id === null || clips.some((clip) => clip.id === id)) return id;
    try {
      return await again(id);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`The server was started again without your upload: ${reason}`);
      return otherwise;
    }
  };
  const clip = await renew<string>(was.clip, now.clip);
  const mix = was.mix === was.clip ? clip : await renew(was.mix, now.mix);
  return { state: { ...was, clip, mix }, problems };
}

/** A newer server may declare other parameters. */
function known(values: Record<string, number>, of: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in of));
}
