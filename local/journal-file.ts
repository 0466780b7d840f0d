import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import type { JournalFile, NumberedEntry } from "./journal.ts";
import { isJsonObject } from "./json.ts";

/** How much of the file's end is read back at a start. */
const readBytes = 4 * 1024 * 1024;

/** Size at which a file is put aside as `{path}.1`, in place of the one before it. */
const largestBytes = 64 * 1024 * 1024;

/**
 * Opens the file of a journal: JSON lines, readable by its owner only. Lines are written together once a turn of the
 * event loop, so that only what was recorded in the turn of a crash is missing.
 */
export function openJournalFile(path: string): JournalFile {
  let waiting: string[] = [];
  let size = existsSync(path) ? statSync(path).size : 0;
  let isClosed = false;

  function write(): void {
    const text = waiting.join("");
    if (text === "") return;
    waiting = [];
    if (size > largestBytes) {
      renameSync(path, `${path}.1`);
      size = 0;
    }
    appendFileSync(path, text, { mode: 0o600 });
    size += Buffer.byteLength(text);
  }

  return {
    before: size > 0 ? readEnd(path) : [],
    append(entry) {
      if (isClosed) return;
      if (waiting.length === 0) setImmediate(write);
      waiting.push(`${JSON.stringify(entry)}\n`);
    },
    close() {
      write();
      isClosed = true;
    },
  };
}

/** The entries at the end of a file; lines that a crash or the cut has broken are left out. */
function readEnd(path: string): NumberedEntry[] {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, readBytes));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8").split("\n").flatMap(parseEntry);
  } finally {
    closeSync(file);
  }
}

function parseEntry(line: string): NumberedEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is NumberedEntry {
  return isJsonObject(value) && typeof value.number === "number" && typeof value.kind === "string";
}
