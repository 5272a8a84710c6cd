import type { Ingredient } from "../audio/mixing";
import type { Uploaded } from "../messages";

/** Bytes of one sound file; the server's own limit. */
export const LARGEST = 64 * 2 ** 20;
const MOST_KEPT = 2 * LARGEST;

/**
 * The files that were uploaded, to give them to a server that was started again. In memory, since
 * a file on disk may change or go; only the newest where they are large.
 */
export class Kept {
  readonly #files = new Map<string, File>();

  keep(id: string, file: File): void {
    this.#files.set(id, file);
    let total = 0;
    for (const each of this.#files.values()) total += each.size;
    for (const [oldest, { size }] of this.#files) {
      if (total <= MOST_KEPT) break;
      this.#files.delete(oldest);
      total -= size;
    }
  }

  of(id: string): File | undefined {
    return this.#files.get(id);
  }
}

/** A file's copy in memory; an `Error` of one line where it is too large or cannot be read. */
export async function inMemory(file: File): Promise<File> {
  if (file.size > LARGEST)
    throw new Error(`${file.name}: expected at most ${LARGEST / 2 ** 20} MB`);
  try {
    return new File([await file.arrayBuffer()], file.name, { type: file.type });
  } catch {
    throw new Error(`${file.name}: the file cannot be read`);
  }
}

/** Uploads a sound file; an `Error` of one line says why it was refused. */
export async function upload(file: File): Promise<Uploaded> {
  const form = new FormData();
  form.append("file", file);
  return (await posted("api/clips", file.name, form)) as Uploaded;
}

/** Has sounds made into one; an `Error` of one line says why it was refused. */
export async function mixture(parts: readonly Ingredient[], deck: number): Promise<Uploaded> {
  const body = JSON.stringify({ parts, deck });
  return (await posted("api/mixtures", "The mixture", body)) as Uploaded;
}

/** A sound of the server's as a file, to be given to another server. */
export async function soundOf({ id, title }: Uploaded): Promise<File> {
  const answer = await fetch(`api/clips/${encodeURIComponent(id)}/audio`);
  if (!answer.ok) throw new Error(`${title}: the sound is not there (${answer.status})`);
  return new File([await answer.blob()], `${title}.wav`, { type: "audio/wav" });
}

async function posted(address: string, name: string, body: FormData | string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, { method: "POST", body });
  } catch {
    throw new Error(`${name}: the server cannot be reached`);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(reason(answer) ?? `${name}: refused (${response.status})`);
  return answer;
}

function reason(answer: unknown): string | null {
  const detail = (answer as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : null;
}
