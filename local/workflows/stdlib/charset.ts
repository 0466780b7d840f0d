import { fault } from "../fault.ts";

/** Encodings that both directions know, by the name in upper case. */
const encodings: Readonly<Record<string, BufferEncoding>> = {
  "UTF-8": "utf8",
  UTF8: "utf8",
  "US-ASCII": "latin1",
  ASCII: "latin1",
  "ISO-8859-1": "latin1",
  "UTF-16LE": "utf16le",
};

/**
 * Text to bytes.
 *
 * @throws WorkflowError ValueError for an unknown charset or text outside it
 */
export function encodeText(text: string, charset = "UTF-8"): Uint8Array {
  const encoding = encodingOf(charset);
  const bytes = Buffer.from(text, encoding);
  if (encoding === "latin1" && !isWithin(text, charset))
    throw fault("ValueError", `text cannot be encoded as ${charset}`);
  return bytes;
}

/**
 * Bytes to text.
 *
 * @throws WorkflowError ValueError for an unknown charset or bytes that are not text in it
 */
export function decodeText(bytes: Uint8Array, charset = "UTF-8"): string {
  const encoding = encodingOf(charset);
  if (encoding === "latin1") return Buffer.from(bytes).toString("latin1");
  try {
    return new TextDecoder(encoding === "utf8" ? "utf-8" : "utf-16le", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw fault("ValueError", `bytes are not ${charset} text`, { cause });
  }
}

function encodingOf(charset: string): BufferEncoding {
  const encoding = encodings[charset.toUpperCase()];
  if (!encoding) throw fault("ValueError", `unknown charset ${charset}`);
  return encoding;
}

function isWithin(text: string, charset: string): boolean {
  const limit = charset.toUpperCase() === "ISO-8859-1" ? 0xff : 0x7f;
  return [...text].every((char) => (char.codePointAt(0) ?? 0) <= limit);
}
