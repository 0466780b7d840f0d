import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";

/** A file of JSON values, one a line, that only grows until it is rewritten. */
export interface LineFile {
  /** What was in it when it was opened; a line that a killed process did not finish is left out. */
  readonly before: readonly unknown[];
  /** Adds a value; it is in the file once the present turn of the event loop has ended. */
  append(value: unknown): void;
  /** Replaces all by these values. */
  rewrite(values: Iterable<unknown>): void;
  /** Writes what was added, and nothing from then on. */
  close(): void;
}

/** Opens a file of lines that only its owner can read; makes it when it is not there. */
export function openLineFile(path: string): LineFile {
  const before = existsSync(path) ? readFileSync(path, "utf8").split("\n").flatMap(parse) : [];
  let file: number | undefined = openSync(path, "a", 0o600);
  let waiting = "";

  function write(): void {
    const text = waiting;
    waiting = "";
    if (file !== undefined && text !== "") writeSync(file, text);
  }

  // A broken last line must not take the next one with it.
  waiting = "\n";
  write();
  return {
    before,
    append(value) {
      if (waiting === "") queueMicrotask(() => process.nextTick(write));
      waiting += `${JSON.stringify(value)}\n`;
    },
    rewrite(values) {
      if (file === undefined) return;
      closeSync(file);
      const text = [...values].map((value) => `${JSON.stringify(value)}\n`).join("");
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      file = openSync(path, "a", 0o600);
      waiting = "";
    },
    close() {
      write();
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function parse(line: string): unknown[] {
  try {
    return line === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
