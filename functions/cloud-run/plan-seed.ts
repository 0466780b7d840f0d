import type { Container, Execution, Job } from "../../google/clients/run.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { type SeedInput, seedStep } from "../../plan/steps/seed.ts";
import { databaseName } from "../../spec/names.ts";
import { creation, differences, type MutableField, update } from "../changes.ts";
import type { Run } from "../contract.ts";
import type { SeedEnvironment } from "../jobs/seed/settings.ts";
import { refuseForeign } from "../ownership.ts";
import { readinessOf } from "./condition.ts";

interface Wanted {
  readonly input: SeedInput;
  readonly database: string;
}

// biome-ignore format: a table
const fieldsOfOutcome: readonly MutableField<Wanted, Container>[] = [
  { path: "image",      wanted: (w) => w.input.runnerImage,  observed: (o) => o.image },
  { path: "database",   wanted: (w) => w.database,           observed: (o) => variableOf(o, "DB_NAME") },
  { path: "seed",       wanted: (w) => w.input.seed.object,  observed: (o) => variableOf(o, "SEED_OBJECT") },
  { path: "login.user", wanted: (w) => w.input.login.user,   observed: (o) => variableOf(o, "APP_USER") },
  { path: "login.auth", wanted: (w) => w.input.login.auth,   observed: (o) => variableOf(o, "APP_AUTH") },
];

/** What a seed has done so far. */
export interface SeedsSoFar {
  readonly job: Job | undefined;
  readonly executions: readonly Execution[];
  readonly run: Pick<Run, "databaseGeneration" | "clusterGeneration">;
}

/**
 * What a seed would do, by what the job says that it did last: nothing where an execution has done the same before, to which a
 * later one for another database makes no difference. A database that is made anew is its own step's change.
 */
export function planSeed(input: SeedInput, { job, executions, run }: SeedsSoFar): readonly Change[] {
  const effects = { expectedSeconds: seedStep.expectedSeconds(input) };
  if (!job) return [creation(input.job, effects)];
  refuseForeign(job, input.job, input.ownership);
  const wanted = { input, database: databaseName(input.database, run.databaseGeneration) };
  if (executions.some((each) => hasDone(each, wanted, run.clusterGeneration))) return [];
  const fields: readonly FieldChange[] = hasSucceeded(job)
    ? differences(fieldsOfOutcome, wanted, job.template?.template?.containers?.[0] ?? {})
    : [{ path: "execution", from: job.latestCreatedExecution?.completionStatus ?? "none", to: "EXECUTION_SUCCEEDED" }];
  return fields.length > 0 ? [update(input.job, fields, effects)] : [];
}

function hasSucceeded({ latestCreatedExecution }: Job): boolean {
  return latestCreatedExecution?.completionStatus === "EXECUTION_SUCCEEDED";
}

/** Whether an execution has succeeded with what is wanted, in the cluster of that generation. */
function hasDone({ conditions, template }: Execution, wanted: Wanted, clusterGeneration: number): boolean {
  const container = template?.containers?.[0];
  if (!container || readinessOf(conditions, "Completed") !== "ready") return false;
  const generation = Number(/-g(\d{1,6})$/.exec(variableOf(container, "CLUSTER") ?? "")?.[1] ?? 1);
  return generation === clusterGeneration && differences(fieldsOfOutcome, wanted, container).length === 0;
}

function variableOf({ env }: Container, variable: keyof SeedEnvironment): string | undefined {
  return env?.find(({ name }) => name === variable)?.value ?? undefined;
}
