import type { LoggingClient } from "../../google/clients/logging.ts";
import type { Execution, RunJobsClient } from "../../google/clients/run.ts";
import { idOf } from "../../spec/names.ts";
import type { StepError } from "../error.ts";
import { failWith, tailOf } from "../evidence.ts";
import { seedExitMeanings } from "../jobs/seed/failure.ts";
import { explain, firstFailure } from "./condition.ts";

/**
 * Why an execution of the seed job failed: what its exit code means, with the last lines of its log.
 *
 * @param name `projects/{project}/locations/{location}/jobs/{job}/executions/{execution}`
 */
export async function explainExecution(
  execution: Execution,
  name: string,
  clients: { readonly jobs: RunJobsClient; readonly logging: LoggingClient },
): Promise<StepError> {
  const [task] = await clients.jobs.listTasks(name);
  const exitCode = task?.lastAttemptResult?.exitCode ?? 0;
  const meaning = seedExitMeanings[exitCode] ?? explain(firstFailure(execution.conditions, "Completed"));
  const evidence = await tailOf(clients.logging, {
    project: name.split("/")[1] ?? "",
    filter: filterOf(name),
    limit: 20,
  });
  const cause = evidence.at(-1);
  return failWith(evidence, {
    code: "FAILED_PRECONDITION",
    reason: "SEED_FAILED",
    resource: name,
    message: `seeding by ${idOf(name)}: exit code ${exitCode}: ${meaning}${cause ? `: ${cause}` : ""}; mend the cause and run up again`,
  });
}

function filterOf(name: string): string {
  const [job = "", execution = ""] = name.split("/executions/");
  return [
    `resource.type="cloud_run_job"`,
    `resource.labels.job_name="${idOf(job)}"`,
    `labels."run.googleapis.com/execution_name"="${execution}"`,
  ].join(" AND ");
}
