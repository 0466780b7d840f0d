import type { Execution } from "../google/clients/workflow-executions.ts";

/** Whether an execution has not ended; one that is not there has. */
export function isUnderWay(execution: Pick<Execution, "state"> | undefined): boolean {
  return execution?.state === "ACTIVE" || execution?.state === "QUEUED";
}
