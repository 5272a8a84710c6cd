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
  let response: Response;
  try {
    response = await fetch("api/clips", { method: "POST", body: form });
  } catch {
    throw new Error(`${file.name}: the server cannot be reached`);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(reason(answer) ?? `${file.name}: refused (${response.status})`);
  return answer as Uploaded;
}

function reason(answer: unknown): string | null {
  const detail = (answer as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : null;
}
