import { setTimeout as sleep } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { formatEntry } from "../view/journal-line.ts";
import { type NotedEntry, readJournal } from "./journal.ts";
import { interruption } from "./signals.ts";

/** How often more is asked for while following, in milliseconds. */
const everyMs = 500;

/** Prints what happened in the local Google Cloud, oldest first; with `follow` until Ctrl-C. */
export async function printLog(options: {
  readonly port?: number;
  readonly follow?: boolean;
  /** JSON lines rather than text. */
  readonly json?: boolean;
}): Promise<ExitCode> {
  const format = options.json ? (entry: NotedEntry) => JSON.stringify(entry) : formatEntry;
  const signal = options.follow ? interruption() : AbortSignal.abort();
  let next = 0;
  for (;;) {
    const entries = await readJournal(options.port, next);
    process.stdout.write(entries.map((entry) => `${format(entry)}\n`).join(""));
    next = (entries.at(-1)?.number ?? next - 1) + 1;
    if (signal.aborted) return exitCodes.ok;
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
