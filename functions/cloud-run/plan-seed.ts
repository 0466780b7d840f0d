import type { Job } from "../../google/clients/run.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { type SeedInput, seedStep } from "../../plan/steps/seed.ts";
import { databaseName } from "../../spec/names.ts";
import { creation, differences, type MutableField, update } from "../changes.ts";
import type { Run } from "../contract.ts";
import type { SeedEnvironment } from "../jobs/seed/settings.ts";
import { refuseForeign } from "../ownership.ts";

interface Wanted {
  readonly input: SeedInput;
  readonly database: string;
}

// biome-ignore format: a table
const fieldsOfOutcome: readonly MutableField<Wanted, Job>[] = [
  { path: "image",      wanted: (w) => w.input.runnerImage,  observed: (o) => containerOf(o)?.image },
  { path: "database",   wanted: (w) => w.database,           observed: (o) => variableOf(o, "DB_NAME") },
  { path: "seed",       wanted: (w) => w.input.seed.object,  observed: (o) => variableOf(o, "SEED_OBJECT") },
  { path: "login.user", wanted: (w) => w.input.login.user,   observed: (o) => variableOf(o, "APP_USER") },
  { path: "login.auth", wanted: (w) => w.input.login.auth,   observed: (o) => variableOf(o, "APP_AUTH") },
];

/** What a seed would do, by what the job says that it did last. A database that is made anew is its own step's change. */
export function planSeed(input: SeedInput, job: Job | undefined, run: Run): readonly Change[] {
  const effects = { expectedSeconds: seedStep.expectedSeconds(input) };
  if (!job) return [creation(input.job, effects)];
  refuseForeign(job, input.job, input.ownership);
  const wanted = { input, database: databaseName(input.database, run.databaseGeneration) };
  const fields: readonly FieldChange[] = hasSucceeded(job)
    ? differences(fieldsOfOutcome, wanted, job)
    : [{ path: "execution", from: job.latestCreatedExecution?.completionStatus ?? "none", to: "EXECUTION_SUCCEEDED" }];
  return fields.length > 0 ? [update(input.job, fields, effects)] : [];
}

function hasSucceeded({ latestCreatedExecution }: Job): boolean {
  return latestCreatedExecution?.completionStatus === "EXECUTION_SUCCEEDED";
}

function containerOf({ template }: Job) {
  return template?.template?.containers?.[0];
}

function variableOf(job: Job, variable: keyof SeedEnvironment): string | undefined {
  return containerOf(job)?.env?.find(({ name }) => name === variable)?.value ?? undefined;
}
