import type { Condition } from "../../google/clients/run.ts";

/** How a revision or an execution stands by its conditions. */
export type Readiness = "ready" | "failed" | "pending";

/** Reads one condition, `Ready` of revisions or `Completed` of executions. */
export function readinessOf(conditions: readonly Condition[] | null | undefined, type: string): Readiness {
  const state = conditions?.find((condition) => condition.type === type)?.state;
  if (state === "CONDITION_SUCCEEDED") return "ready";
  return state === "CONDITION_FAILED" ? "failed" : "pending";
}

/** The first condition that failed; the one that sums up the others comes last, for it only repeats them. */
export function firstFailure(
  conditions: readonly Condition[] | null | undefined,
  summary: string,
): Condition | undefined {
  const failed = (conditions ?? []).filter(({ state }) => state === "CONDITION_FAILED");
  return failed.find(({ type }) => type !== summary) ?? failed[0];
}

/** Why a condition failed, in one line. */
export function explain(condition: Condition | undefined): string {
  if (!condition) return "no condition tells why";
  const reason = condition.reason ?? condition.revisionReason ?? condition.executionReason;
  const known = typeof reason === "string" && !/UNDEFINED|UNKNOWN/.test(reason) ? ` (${reason})` : "";
  const message = (condition.message ?? "").split("\n\nLogs URL", 1)[0]?.replace(/\s+/g, " ").trim();
  return `${condition.type}${known}: ${message}`;
}

/** Whether Cloud Run could not read a secret: right after a grant that passes. */
export function isSecretDenied(condition: Condition | undefined): boolean {
  return condition?.reason === "SECRETS_ACCESS_CHECK_FAILED";
}
