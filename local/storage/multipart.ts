import { invalid } from "./error.ts";

/** One part of a multipart body. */
export interface Part {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * Splits a `multipart/related` body. Some clients put the boundary in apostrophes.
 *
 * @throws ApiError 400
 * @see https://www.rfc-editor.org/rfc/rfc2387
 */
export function parseMultipart(contentType: string, body: Buffer): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/.exec(contentType)?.slice(1).find(Boolean);
  if (!boundary) throw invalid("Multipart upload without a boundary.");
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

/** Headers up to the first empty line, then the content without the line break that belongs to the delimiter. */
function parsePart(text: Buffer): Part {
  const [end, gap] = headerEnd(text);
  if (end < 0) throw invalid("Multipart upload with a part that has no header.");
  const headers = text.subarray(0, end).toString("latin1");
  const content = text.subarray(end + gap);
  const tail = content.subarray(-2).toString("latin1") === "\r\n" ? 2 : content.at(-1) === 10 ? 1 : 0;
  return {
    contentType: /^content-type:\s*(.+?)\s*$/im.exec(headers)?.[1] ?? "application/octet-stream",
    body: content.subarray(0, content.length - tail),
  };
}

function headerEnd(text: Buffer): readonly [end: number, gap: number] {
  const strict = text.indexOf("\r\n\r\n");
  return strict >= 0 ? [strict, 4] : [text.indexOf("\n\n"), 2];
}
