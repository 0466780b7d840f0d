import { invalid } from "./error.ts";

const idPattern = /^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/**
 * Refuses names that no topic, subscription or snapshot can have.
 *
 * @see https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
 */
export function checkName(name: string, kind: "topics" | "subscriptions" | "snapshots"): void {
  const [, , collection, id = ""] = name.split("/");
  if (collection === kind && idPattern.test(id) && !id.startsWith("goog")) return;
  const help = "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names";
  throw invalid(`Invalid resource name given (name=${name}). Refer to ${help} for more information.`);
}

/** Milliseconds of a duration in its JSON form. */
export function toMs(duration: string): number {
  return Number.parseFloat(duration) * 1000;
}

/** The bounds of a duration. */
export interface DurationRule {
  /** Name of the field in refusals, in the definition's spelling. */
  readonly field: string;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** @throws ApiError INVALID_ARGUMENT for a duration out of its bounds */
export function checkDuration(duration: string | undefined, { field, leastMs, mostMs }: DurationRule): void {
  if (duration === undefined) return;
  const ms = toMs(duration);
  if (ms >= leastMs && ms <= mostMs) return;
  const bounds = `between ${leastMs / 1000} and ${mostMs / 1000} seconds`;
  throw invalid(`Invalid ${field} given (${field}=${duration}). It must be ${bounds}.`);
}

/** @throws ApiError INVALID_ARGUMENT for labels that no resource can have */
export function checkLabels(labels: Readonly<Record<string, string>> = {}): void {
  if (Object.keys(labels).length > 64) throw invalid("Invalid labels: a resource can have no more than 64 labels.");
  for (const [key, value] of Object.entries(labels)) {
    const isKey = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key);
    if (!isKey || !/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) throw invalid(`Invalid label (${key}=${value}).`);
  }
}

/** The update mask of a request, which Pub/Sub insists on. */
export function demandMask(updateMask: string | undefined, request: string): string {
  if (updateMask) return updateMask;
  throw invalid(`The update_mask in the ${request} must be set, and must contain a non-empty paths list.`);
}

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
