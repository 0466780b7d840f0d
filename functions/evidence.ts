import type { LoggingClient, LogQuery } from "../google/clients/logging.ts";
import type { JsonObject } from "../google/json.ts";
import { StepError, type StepErrorFields } from "./error.ts";

/**
 * An error with what supports it: the last lines of a log, the body of an answer. The lines are the `stackEntries` of a
 * `google.rpc.DebugInfo` among the error's details.
 */
export function failWith(evidence: readonly string[], fields: Omit<StepErrorFields, "details">): StepError {
  return new StepError({ ...fields, details: evidence.length > 0 ? [debugInfo(evidence)] : [] });
}

/** The last lines of a log; a log that cannot be read is said to be so, for it must not hide the failure it explains. */
export async function tailOf(logging: Pick<LoggingClient, "tail">, query: LogQuery): Promise<readonly string[]> {
  try {
    return (await logging.tail(query)).map((line) => line.slice(0, 500));
  } catch (caught) {
    return [`(the log could not be read: ${caught instanceof Error ? caught.message : String(caught)})`];
  }
}

function debugInfo(lines: readonly string[]): JsonObject {
  return { "@type": "type.googleapis.com/google.rpc.DebugInfo", stackEntries: lines };
}
