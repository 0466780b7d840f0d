import { isEqual, isList, isMap, type Value } from "../value/value.ts";
import { row } from "./function.ts";

/**
 * Predicates of retry policies.
 *
 * @see https://cloud.google.com/workflows/docs/reference/syntax/retrying
 */
// biome-ignore format: a table
export const retry = [
  row("http.default_retry_predicate",                "exception: value", "boolean", ({ exception }) => isRetryable(exception, idempotent)),
  row("http.default_retry_predicate_non_idempotent", "exception: value", "boolean", ({ exception }) => isRetryable(exception, nonIdempotent)),
  row("retry.always",                                "exception: value", "boolean", () => true),
  row("retry.never",                                 "exception: value", "boolean", () => false),
];

interface Retryable {
  readonly codes: readonly bigint[];
  readonly tags: readonly string[];
}

const idempotent: Retryable = {
  codes: [429n, 502n, 503n, 504n],
  tags: ["ConnectionError", "ConnectionFailedError", "TimeoutError"],
};

const nonIdempotent: Retryable = { codes: [429n, 503n], tags: ["ConnectionFailedError"] };

function isRetryable(exception: Value, { codes, tags }: Retryable): boolean {
  if (!isMap(exception)) return false;
  const present = exception.get("tags") ?? null;
  const hasTag = (tag: string) => isList(present) && present.includes(tag);
  if (hasTag("HttpError")) return codes.some((code) => isEqual(exception.get("code") ?? null, code));
  return tags.some(hasTag);
}

const defaultBackoff = new Map<string, Value>([
  ["initial_delay", 1n],
  ["max_delay", 60n],
  ["multiplier", 1.25],
]);

function policy(predicate: string): Value {
  return new Map<string, Value>([
    ["predicate", { functionName: predicate }],
    ["max_retries", 5n],
    ["backoff", defaultBackoff],
  ]);
}

/** Values of the standard library that are no functions, by name. */
export const constants: ReadonlyMap<string, Value> = new Map([
  ["http.default_retry", policy("http.default_retry_predicate")],
  ["http.default_retry_non_idempotent", policy("http.default_retry_predicate_non_idempotent")],
  ["retry.default_backoff", defaultBackoff],
]);
