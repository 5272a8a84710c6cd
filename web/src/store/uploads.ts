import type { Uploaded } from "../messages";

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
