/** Whether an execution has not ended, whichever of its APIs tells it; one that is not there has. */
export function isUnderWay(execution: { readonly state?: unknown } | undefined): boolean {
  return execution?.state === "ACTIVE" || execution?.state === "QUEUED";
}
