import { WorkflowError } from "../fault.ts";
import { HeaderMap } from "../value/header-map.ts";
import { parseJson } from "../value/json.ts";
import type { Value, ValueMap } from "../value/value.ts";

/** Reads a body by its content type: JSON as a value, text as a string, the rest as bytes (choice `empty-body`). */
export function parseBody(contentType: string | undefined, body: Buffer): Value {
  if (body.length === 0 && contentType === undefined) return null;
  const mediaType = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType === "application/json" || mediaType.endsWith("+json")) return parseJsonBody(body.toString("utf8"));
  return mediaType.startsWith("text/") ? body.toString("utf8") : new Uint8Array(body);
}

/** A body that claims to be JSON and is not stays text, so that the caller sees what came (choice `broken-json`). */
function parseJsonBody(text: string): Value {
  if (text.trim() === "") return null;
  try {
    return parseJson(text);
  } catch (caught) {
    if (caught instanceof WorkflowError) return text;
    throw caught;
  }
}

/** Header names as `Content-Type`; they are found in any case (choice `header-names`). */
export function toHeaders(headers: Readonly<Record<string, string>>): ValueMap {
  return new HeaderMap(Object.entries(headers));
}
