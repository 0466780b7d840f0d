import type { HttpRequest } from "../http.ts";
import { isJsonObject } from "../json.ts";

/** Parameters of a request: those of the query, and those of a form or a JSON object in the body. */
export function parametersOf({ url, headers, body }: HttpRequest): ReadonlyMap<string, string> {
  const text = body.toString();
  const isJson = headers["content-type"]?.startsWith("application/json") ?? false;
  return new Map([...url.searchParams, ...(isJson ? jsonEntries(text) : new URLSearchParams(text))]);
}

function jsonEntries(text: string): [string, string][] {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? Object.entries(value).map(([name, one]) => [name, String(one)]) : [];
  } catch {
    return [];
  }
}
