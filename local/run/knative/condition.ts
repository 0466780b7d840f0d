import type { Condition } from "../../model/generated/run.ts";
import type { Condition as KnativeCondition } from "../../model/generated/run-v1.ts";
import { present } from "./shape.ts";

const statuses: Readonly<Record<string, string>> = { CONDITION_SUCCEEDED: "True", CONDITION_FAILED: "False" };
const severities: Readonly<Record<string, string>> = { WARNING: "Warning", INFO: "Info" };

/** A condition in Knative's form: true, false or not known yet, with the reason as one word. */
export function toKnativeCondition(condition: Condition): KnativeCondition {
  const { type, state = "", message, lastTransitionTime, severity = "" } = condition;
  const reason = condition.reason ?? condition.revisionReason ?? condition.executionReason;
  return present({
    type,
    status: statuses[state] ?? "Unknown",
    reason: reason && toWord(reason),
    message,
    lastTransitionTime,
    severity: severities[severity],
  });
}

/** A condition whose outcome is not known yet. */
export function pending(type: string, { lastTransitionTime, message }: Condition): KnativeCondition {
  return present({ type, status: "Unknown", reason: "Deploying", message, lastTransitionTime });
}

/** `HEALTH_CHECK_CONTAINER_ERROR` as `HealthCheckContainerError`. */
function toWord(reason: string): string {
  return reason
    .toLowerCase()
    .split("_")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
