import { ApiError } from "./error.ts";

/** One part of a multipart body. */
export interface Part {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Splits a `multipart/related` or `multipart/mixed` body. Some clients put the boundary in apostrophes.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://www.rfc-editor.org/rfc/rfc2046#section-5.1
 */
export function parseMultipart(contentType: string, body: Buffer): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/.exec(contentType)?.slice(1).find(Boolean);
  if (!boundary) throw malformed("Multipart body without a boundary.");
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const next = body.indexOf(delimiter, start + delimiter.length);
    if (next < 0) break;
    parts.push(parsePart(body.subarray(start + delimiter.length, next)));
    start = next;
  }
  return parts;
}

/** Content without the line break that belongs to the delimiter. */
function parsePart(text: Buffer): Part {
  const { headers, body } = splitHead(text);
  const tail = body.subarray(-2).toString("latin1") === "\r\n" ? 2 : body.at(-1) === 10 ? 1 : 0;
  return { headers, body: body.subarray(0, body.length - tail) };
}

/**
 * Headers up to the first empty line, and what follows it.
 *
 * @throws ApiError INVALID_ARGUMENT when there is no empty line
 */
export function splitHead(text: Buffer): Part {
  const strict = text.indexOf("\r\n\r\n");
  const [end, gap] = strict >= 0 ? [strict, 4] : [text.indexOf("\n\n"), 2];
  if (end < 0) throw malformed("Multipart body with a part that has no header.");
  return { headers: parseHeaders(text.subarray(0, end).toString("latin1")), body: text.subarray(end + gap) };
}

/** Lines that are no `name: value` are left out. */
function parseHeaders(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^([^:\r\n]+):[ \t]*(.*?)[ \t\r]*$/gm)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name.toLowerCase(), value]));
}

function malformed(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalid", message });
}
