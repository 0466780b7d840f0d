import type { ViewClients } from "./run-view.ts";
import { environmentWorkflow } from "./start.ts";

/** A run whose execution has not ended, and its environment. */
export interface RunUnderWay {
  readonly run: string;
  /** Empty for a check. */
  readonly environment: string;
}

/**
 * The runs that are planned, wait or work at this moment, the newest first. Google knows them all; the bucket knows a run
 * by its environment only from when it waits for the lock.
 */
export async function runsUnderWay({
  executions,
  installation,
}: Pick<ViewClients, "executions" | "installation">): Promise<readonly RunUnderWay[]> {
  const found = await executions.listExecutions(environmentWorkflow(installation), 'state="ACTIVE" OR state="QUEUED"');
  return found.flatMap(({ labels: { run, environment = "" } }) => (run === undefined ? [] : [{ run, environment }]));
}
