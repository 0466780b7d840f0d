import type { Code } from "../google/code.ts";
import { ApiError } from "../google/error.ts";
import { notYet } from "./answer.ts";
import type { Pending } from "./contract.ts";

/** Codes after which the same call is made again later, in seconds, and what is said about it. */
// biome-ignore format: a table
const waits: Partial<Record<Code, { readonly seconds: number; readonly because: string }>> = {
  ABORTED:            { seconds: 5,  because: "somebody else changed the same thing" },
  ALREADY_EXISTS:     { seconds: 5,  because: "it came into being meanwhile" },
  RESOURCE_EXHAUSTED: { seconds: 30, because: "a quota per minute is used up" },
  UNAVAILABLE:        { seconds: 10, because: "the API or the resource is not ready" },
  DEADLINE_EXCEEDED:  { seconds: 10, because: "the API did not answer in time" },
  INTERNAL:           { seconds: 20, because: "the API failed inside" },
};

/**
 * The answer for an error that passes by itself: a race, a quota per minute, an API that is not ready or was enabled a
 * moment ago. Undefined for a real refusal. How often it is tried again is the workflow's to bound.
 */
export function waitingFor(caught: unknown): Pending | undefined {
  if (!(caught instanceof ApiError)) return undefined;
  if (isServiceDisabled(caught)) {
    return notYet({ reason: `the API was enabled a moment ago: ${caught.message}`, retryAfterSeconds: 5 });
  }
  const wait = waits[caught.code];
  return wait && notYet({ reason: `${wait.because}: ${caught.message}`, retryAfterSeconds: wait.seconds });
}

/**
 * Whether the API itself is not enabled in the project, or not everywhere yet.
 *
 * @see https://cloud.google.com/service-usage/docs/troubleshooting
 */
export function isServiceDisabled(caught: unknown): boolean {
  return (
    caught instanceof ApiError && (caught.reason === "SERVICE_DISABLED" || caught.reason === "accessNotConfigured")
  );
}

/** What an observation gives; undefined when its API is not enabled, so that nothing can be there. For plans. */
export async function unlessDisabled<Value>(observation: Promise<Value>): Promise<Value | undefined> {
  try {
    return await observation;
  } catch (caught) {
    if (isServiceDisabled(caught)) return undefined;
    throw caught;
  }
}

/** What a call gives, or undefined when it failed with one of the codes that `codes` names. */
export async function unlessFailed<Value>(codes: readonly Code[], call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch (caught) {
    if (caught instanceof ApiError && codes.includes(caught.code)) return undefined;
    throw caught;
  }
}
