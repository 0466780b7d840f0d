import { connectLogging, type LoggingClient } from "../../google/clients/logging.ts";
import { connectRunJobs, type Execution, type Job, type RunJobsClient } from "../../google/clients/run.ts";
import type { Change } from "../../plan/change.ts";
import { clusterStep } from "../../plan/steps/cluster.ts";
import { egressStep } from "../../plan/steps/egress.ts";
import { instanceStep } from "../../plan/steps/instance.ts";
import { type SeedInput, type SeedOutput, seedStep } from "../../plan/steps/seed.ts";
import { databaseName, idOf } from "../../spec/names.ts";
import { done, expecting, leave, leftAlone, notYet, pending } from "../answer.ts";
import { type Attempt, findAttempt, makerOf } from "../attempt.ts";
import { creation, deletion, update } from "../changes.ts";
import { readinessOf } from "../cloud-run/condition.ts";
import { explainExecution } from "../cloud-run/execution.ts";
import { planSeed } from "../cloud-run/plan-seed.ts";
import { checksumOf, runOf, type SeedParts, seedToken, toSeedJob } from "../cloud-run/seed-job.ts";
import type { Pending, StepResponse } from "../contract.ts";
import { refuseFailures } from "../failure.ts";
import { presentTrace } from "../log.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { implementStep, outputOf, type StepContext } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

interface Clients {
  readonly jobs: RunJobsClient;
  readonly logging: LoggingClient;
}

/**
 * Ensures that the database is filled from exactly these files. A small seed takes about 40 seconds; one that was
 * finished is not repeated.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
 */
export const seed = implementStep(
  seedStep,
  { jobs: connectRunJobs, logging: connectLogging },
  {
    async plan(input, { jobs }, { run }) {
      const job = await unlessDisabled(jobs.getJob(input.job));
      return planSeed(input, { job, executions: job ? await jobs.listExecutions(input.job) : [], run });
    },

    async ensure(input, clients, context) {
      const job = await clients.jobs.getJob(input.job);
      if (job) refuseForeign(job, input.job, input.ownership);
      return ensureSeeded({ input, job, clients, context, parts: partsOf(input, context) });
    },

    async planRemoval(input, { jobs }) {
      const job = await jobs.getJob(input.job);
      return job && isOwn(job, input.ownership) ? [jobDeletion(input.job)] : [];
    },

    async remove(input, { jobs }, { log }) {
      const job = await jobs.getJob(input.job);
      if (!job) return done({});
      if (!isOwn(job, input.ownership)) return leave([leftAlone(input.job, input.ownership)], log);
      return (await stopExecution(job, jobs)) ?? deleteJob(input.job, jobs);
    },

    /** A failed execution is looked at, for its task and log say more than the operation. */
    mends: (_, action) => action === "ensure",
  },
);

interface Work {
  readonly input: SeedInput;
  readonly job: Job | undefined;
  readonly clients: Clients;
  readonly context: StepContext;
  readonly parts: SeedParts;
}

async function ensureSeeded(work: Work): Promise<StepResponse<SeedOutput>> {
  const { input, clients, parts } = work;
  const attempt = await findExecution(work);
  const name = `${input.job}/executions/${attempt.id}`;
  if (!attempt.found) return execute(work, attempt);
  switch (completionOf(attempt.found)) {
    case "ready":
      return done({ database: parts.database, checksum: checksumOf(input), execution: name });
    case "pending":
      return notYet({
        reason: `execution ${attempt.id} is running`,
        retryAfterSeconds: pauseFor(attempt.found, work.context),
      });
    case "failed":
      throw await explainExecution(attempt.found, name, clients);
  }
}

/** Of one that another execution of the workflow has started, no operation is at hand, and it may run for a day. */
function pauseFor({ createTime }: Execution, { run }: StepContext): number {
  const age = run.now - Number(createTime?.seconds ?? run.now);
  return Math.round(Math.min(300, Math.max(5, age / 20)));
}

/** The execution ends by itself when its time is over; before that it is scheduled, and its image is fetched. */
function longestSeconds({ timeoutSeconds }: SeedInput): number {
  return timeoutSeconds + 1800;
}

function findExecution({ input, clients, context, parts }: Work): Promise<Attempt<Execution>> {
  return findAttempt({
    id: `${idOf(input.job)}-${seedToken(input, parts)}`,
    look: (id) => clients.jobs.getExecution(`${input.job}/executions/${id}`),
    isGivenUp: (execution) => completionOf(execution) === "failed" && makerOf(context.run) !== runOf(execution),
  });
}

async function execute(work: Work, attempt: Attempt<Execution>): Promise<Pending> {
  const { input, job, clients, context, parts } = work;
  refuseFailures(context.failures, () => false);
  if (job?.reconciling) return notYet({ reason: `${input.job} is changing`, retryAfterSeconds: 5 });
  const wanted = toSeedJob(input, parts, attempt.id.slice(idOf(input.job).length + 1));
  const operation = job
    ? await clients.jobs.patchJob({ ...wanted, name: input.job, labels: { ...job.labels, ...wanted.labels } })
    : await clients.jobs.createJob(input.job, wanted);
  const effects = { expectedSeconds: seedStep.expectedSeconds(input) };
  const field = { path: "runExecutionToken", to: attempt.id };
  return pending({
    operations: [{ ...expecting(effects.expectedSeconds, operation), longestSeconds: longestSeconds(input) }],
    reason: `execution ${attempt.id} fills ${parts.database}`,
    changes: [job ? update(input.job, [field], effects) : creation(input.job, effects)],
  });
}

function partsOf(input: SeedInput, { outputs, run }: StepContext): SeedParts {
  const { cluster, adminVersion } = outputOf(clusterStep, outputs);
  const { uid, ipAddress, applicationVersion } = outputOf(instanceStep, outputs);
  return {
    run: makerOf(run),
    fence: run.fence,
    trace: presentTrace(),
    database: databaseName(input.database, run.databaseGeneration),
    cluster,
    adminVersion,
    instanceUid: uid,
    ipAddress,
    applicationVersion,
    vpcAccess: outputOf(egressStep, outputs).vpcAccess,
  };
}

function completionOf({ conditions }: Execution) {
  return readinessOf(conditions, "Completed");
}

/** A running execution would go on filling a database that is about to go. */
async function stopExecution(job: Job, jobs: RunJobsClient): Promise<Pending | undefined> {
  const { name, completionStatus } = job.latestCreatedExecution ?? {};
  if (!name || (completionStatus !== "EXECUTION_RUNNING" && completionStatus !== "EXECUTION_PENDING")) return undefined;
  const full = name.includes("/") ? name : `${job.name}/executions/${name}`;
  return pending({
    operations: [expecting(10, await jobs.cancelExecution(full))],
    reason: `${full} is being cancelled`,
  });
}

async function deleteJob(name: string, jobs: RunJobsClient): Promise<Pending> {
  return pending({
    operations: [expecting(5, await jobs.deleteJob(name))],
    reason: `${name} is being deleted`,
    changes: [jobDeletion(name)],
  });
}

/** Kept, a job costs nothing. */
function jobDeletion(name: string): Change {
  return deletion(name, { expectedSeconds: 5 });
}
