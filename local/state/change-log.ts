import {
  appendFileSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from "node:fs";
import type { Change } from "../store.ts";

/** A log is rewritten when it has grown by this much, and to more than double, since it was last. */
const slackBytes = 8 * 1024 * 1024;

/** Characters that a rewrite writes at once. */
const chunkLength = 1024 * 1024;

/** What a log on disk tells. */
export interface LoggedChanges {
  readonly changes: readonly Change[];
  /** Clock time of the last change in milliseconds since the epoch; absent when there is none. */
  readonly lastTime?: number;
}

/** What a log is opened with. */
export interface ChangeLogOptions {
  readonly path: string;
  /** The clock's present, which every line carries. */
  readonly now: () => number;
  /** All that is to be kept, for a rewrite that leaves out what was replaced. */
  readonly entries: () => Iterable<Change>;
}

/** Every change of a store, one line of a file for all that were made in one turn of the event loop. */
export interface ChangeLog {
  /**
   * Adds a change. It is in the file when the present turn of the event loop has ended, promises and all, which whoever
   * acknowledges it must wait for (see `kept`). Changes of one turn are there together or not at all: so are, for
   * example, the last change of an operation and its end.
   */
  append(change: Change): void;
  /** Writes what was appended, and the time. */
  flush(): void;
  /** Copies the log as it is at this moment, with more changes on top. */
  copyTo(path: string, more?: readonly Change[]): void;
  /** Writes what was appended and nothing from then on. */
  close(): void;
}

/** Resolves when whatever was changed up to now is in the log: the next turn of the event loop has begun. */
export function kept(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Reads a log. What a killed process had not finished writing is cut off; it was told to nobody.
 *
 * @throws Error when a line other than the last is no change
 */
export function readChanges(path: string): LoggedChanges {
  if (!existsSync(path)) return { changes: [] };
  const bytes = readFileSync(path);
  const changes: Change[] = [];
  let lastTime: number | undefined;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const [time, ...entries] = parseLine(bytes.toString("utf8", start, end), path);
    for (const [collection, name, value] of entries) changes.push({ collection, name, value });
    lastTime = Math.max(lastTime ?? 0, time);
    start = end + 1;
  }
  if (start < bytes.length) truncateSync(path, start);
  return { changes, lastTime };
}

type Entry = readonly [collection: string, name: string, value?: object];

function parseLine(line: string, path: string): readonly [time: number, ...Entry[]] {
  try {
    const parsed: unknown = JSON.parse(line);
    if (Array.isArray(parsed) && typeof parsed[0] === "number") return parsed as [number, ...Entry[]];
  } catch {
    // Told below, like any other line that is no change.
  }
  throw new Error(`${path} is damaged: a line in it is no change of a local Google Cloud`);
}

/** Opens a log for appending, rewritten without what was replaced. */
export function openChangeLog({ path, now, entries }: ChangeLogOptions): ChangeLog {
  let pending: Change[] = [];
  let isClosed = false;
  let { file, bytes } = rewrite(path, now(), entries());
  let rewrittenBytes = bytes;

  function write(): void {
    if (pending.length === 0 || isClosed) return;
    const text = toLine(now(), pending);
    pending = [];
    bytes += appendWhole(file, text, bytes);
    if (bytes < 2 * rewrittenBytes + slackBytes) return;
    closeSync(file);
    ({ file, bytes } = rewrite(path, now(), entries()));
    rewrittenBytes = bytes;
  }

  function flush(): void {
    if (isClosed) return;
    write();
    bytes += appendWhole(file, toLine(now(), []), bytes);
  }

  return {
    append(change) {
      // Ticks run once no promise is left to go on.
      if (pending.length === 0) queueMicrotask(() => process.nextTick(write));
      pending.push(change);
    },
    flush,
    copyTo(target, more = []) {
      flush();
      copyFileSync(path, target, constants.COPYFILE_FICLONE);
      appendFileSync(target, toLine(now(), more));
    },
    close() {
      if (isClosed) return;
      flush();
      isClosed = true;
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** Of several changes of one entry the last is enough. */
function toLine(time: number, changes: readonly Change[]): string {
  const last = new Map(changes.map((change) => [`${change.collection}\n${change.name}`, change]));
  return `${JSON.stringify([time, ...[...last.values()].map(toEntry)])}\n`;
}

function toEntry({ collection, name, value }: Change): Entry {
  return value === undefined ? [collection, name] : [collection, name, value];
}

/** @returns the bytes written; what could not be written whole is taken back */
function appendWhole(file: number, text: string, before: number): number {
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } catch (cause) {
    ftruncateSync(file, before);
    throw new Error("the state directory cannot be written; what was changed last is not kept", { cause });
  }
  return bytes.length;
}

/** Replaces the log at once by one of the entries alone. */
function rewrite(
  path: string,
  time: number,
  entries: Iterable<Change>,
): { readonly file: number; readonly bytes: number } {
  const draft = `${path}.new`;
  const file = openSync(draft, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_APPEND, 0o600);
  let bytes = 0;
  let text = toLine(time, []);
  for (const change of entries) {
    text += `${JSON.stringify([time, toEntry(change)])}\n`;
    if (text.length < chunkLength) continue;
    bytes += appendWhole(file, text, bytes);
    text = "";
  }
  bytes += appendWhole(file, text, bytes);
  fsyncSync(file);
  renameSync(draft, path);
  return { file, bytes };
}
