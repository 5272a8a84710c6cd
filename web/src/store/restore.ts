import type { ClientMessage, State } from "../messages";

/**
 * What to tell a server that was started again so that the performance goes on as it was.
 *
 * A server counts its state's changes, so one that has seen fewer than we have is a new one; to one
 * that merely was out of reach nothing is said, since other pages may have changed things since.
 */
export function restoring(was: State | null, now: State): ClientMessage[] {
  if (!was || now.generation >= was.generation) return [];
  const messages: ClientMessage[] = [];
  if (was.ear !== now.ear) messages.push({ type: "ear", id: was.ear });
  if (was.clip !== now.clip) messages.push({ type: "clip", id: was.clip });
  if (was.seed !== now.seed) messages.push({ type: "seed", seed: was.seed });
  messages.push({ type: "set", parameters: known(was.parameters, now.parameters) });
  messages.push({ type: "target", ranges: was.targets, mode: "replace" });
  if (was.running !== now.running) messages.push({ type: "run", running: was.running });
  return messages;
}

/** A newer server may declare other parameters. */
function known(values: Record<string, number>, of: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in of));
}
