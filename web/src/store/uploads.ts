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
