import { findRunning } from "./running.ts";

/** A request to a page of the local Google Cloud's own. */
export interface AdminRequest {
  /** Its port; the only one that is running unless given. */
  readonly port?: number;
  readonly method?: "GET" | "POST" | "DELETE";
  /** Below `/_local/`. */
  readonly page: string;
  readonly body?: unknown;
}

/**
 * Asks a page of the local Google Cloud that is running.
 *
 * @returns the answer's text
 * @throws Error with what it said when it refused
 */
export async function askAdmin({ port: asked, method = "GET", page, body }: AdminRequest): Promise<string> {
  const { port } = await findRunning(asked);
  const response = await fetch(`http://127.0.0.1:${port}/_local/${page}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the local Google Cloud refused: ${reasonIn(text)}`);
  return text;
}

function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } };
    return error?.message ?? text;
  } catch {
    return text;
  }
}
