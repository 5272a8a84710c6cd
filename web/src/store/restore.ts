import type { ClientMessage, State } from "../messages";

export interface Restoring {
  now: ClientMessage[];
  /** what a server can only be told once it has loaded this ear */
  withEar: { ear: string; message: ClientMessage };
}

/**
 * What to tell a server that was started again so that the performance goes on as it was.
 *
 * A server counts its state's changes, so one that has seen fewer than we have is a new one; to one
 * that merely was out of reach nothing is said, since other pages may have changed things since.
 */
export function restoring(was: State | null, now: State): Restoring | null {
  if (!was || now.generation >= was.generation) return null;
  const messages: ClientMessage[] = [];
  if (was.ear !== now.ear) messages.push({ type: "ear", id: was.ear });
  if (was.clip !== now.clip) messages.push({ type: "clip", id: was.clip });
  if (was.seed !== now.seed) messages.push({ type: "seed", seed: was.seed });
  messages.push({ type: "set", parameters: known(was.parameters, now.parameters) });
  if (was.running !== now.running) messages.push({ type: "run", running: was.running });
  const target: ClientMessage = { type: "target", ranges: was.targets, mode: "replace" };
  return { now: messages, withEar: { ear: was.ear, message: target } };
}

/** A newer server may declare other parameters. */
function known(values: Record<string, number>, of: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in of));
}
