import type { Ingredient } from "../audio/mixing";
import type { Uploaded } from "../messages";

/** Bytes of one sound file; the server's own limit. */
export const LARGEST = 64 * 2 ** 20;

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
