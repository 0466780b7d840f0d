import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import type { Value } from "../value/value.ts";
import { blockingRow, type LibraryContext, row } from "./function.ts";
import { parseTime } from "./time.ts";

/** `sys.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/sys/sleep */
// biome-ignore format: a table
export const sys = [
  row("sys.get_env",             "name: string, default?: string", "string", (args, { effects }) => effects.env(args.name) ?? args.default ?? null),
  row("sys.now",                 "",                               "double", (_, { effects }) => Math.floor(effects.now() * 1000) / 1e6),
  blockingRow("sys.sleep",       "seconds: number",                "null",   ({ seconds }, context) => sleep(Number(seconds) * 1000, context)),
  blockingRow("sys.sleep_until", "time: string",                   "null",   ({ time }, context) => sleep(parseTime(time) * 1000 - context.effects.now(), context)),
  blockingRow("sys.log",         "data?: value, severity?: string, text?: string, json?: value, timeout?: number", "null", log),
];

/** Longest wait: an execution lasts a year at most. */
const maxSleepMs = 31_536_000_000;

/** See choice `sleep-backwards`. */
function* sleep(ms: number, { effects }: LibraryContext): Task<Value> {
  if (!(ms <= maxSleepMs)) throw fault("ValueError", "sys.sleep: the time is longer than a year");
  yield* effects.sleep(Math.max(0, ms));
  return null;
}

const severities = new Set([
  "DEFAULT",
  "DEBUG",
  "INFO",
  "NOTICE",
  "WARNING",
  "ERROR",
  "CRITICAL",
  "ALERT",
  "EMERGENCY",
]);

interface LogArguments {
  readonly data?: Value;
  readonly severity?: string;
  readonly text?: string;
  readonly json?: Value;
}

// biome-ignore lint/correctness/useYield: it counts as blocking though nothing has to be waited for here
function* log({ data, severity = "DEFAULT", text, json }: LogArguments, { effects }: LibraryContext): Task<Value> {
  if (!severities.has(severity)) throw fault("ValueError", `sys.log: unknown severity ${severity}`);
  effects.log({ severity, data: data ?? text ?? json ?? null });
  return null;
}
