import type { StorageClient } from "../../google/clients/storage.ts";
import { makePlan, type Plan } from "../../plan/plan.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { steps } from "../../plan/steps.ts";
import { canonicalJson, functionId, functionUrl, sha256 } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { gone, readLedger } from "../entry/ledger.ts";
import { writeOnce } from "../entry/read.ts";
import type { StoredPlan } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { StepError } from "../error.ts";
import type { PackedSpec } from "./spec-store.ts";

/** Title of a step, for people. */
function titleOf(name: StepName): string {
  return steps.find((step) => step.name === name)?.title ?? name;
}

/** The plan of a spec, as the workflow reads it. */
export function planOf({ spec, source, seed }: PackedSpec, installation: InstallationEnvironment): StoredPlan {
  const { bucket, seedRunnerImage } = installation;
  const requestUrl = functionUrl("request", installation);
  return toStored(makePlan(spec, { installation: bucket, seedRunnerImage, requestUrl, source, seed }));
}

/** A plan that calls every step and gives it nothing to do: for proving the permissions of each. */
export function planOfCheck({ project, region }: InstallationEnvironment): StoredPlan {
  const nothing = { needs: [], input: {}, expectedSeconds: 120, costPerDay: 0 };
  const content = { environment: "", project, region, steps: stepNames.map((name) => ({ name, ...nothing })) };
  return toStored({ ...content, hash: sha256(canonicalJson(content)) });
}

/** Stores a plan under its hash; the same plan is stored once. */
export async function storePlan(storage: StorageClient, bucket: string, plan: StoredPlan): Promise<void> {
  await writeOnce(storage, { bucket, object: objectOf.plan(plan.hash) }, plan);
}

/**
 * The plan by which something of an environment was made last, as it was stored then.
 *
 * @throws StepError NOT_FOUND when nothing of it stands, or no plan of it is left
 */
export async function latestPlan(storage: StorageClient, bucket: string, environment: string): Promise<StoredPlan> {
  const ledger = await readLedger(storage, bucket, environment);
  if (!ledger) throw gone(environment);
  for (const hash of ledger.value.plans) {
    const plan = await readPlan(storage, bucket, hash);
    if (plan) return plan;
  }
  const message = `no plan of ${environment} is stored any more: \`alloyrun up\` with its file makes one`;
  throw new StepError({ code: "NOT_FOUND", reason: "NOT_STORED", resource: environment, message });
}

function toStored(plan: Plan): StoredPlan {
  return {
    ...plan,
    steps: plan.steps.map((step) => ({ ...step, title: titleOf(step.name), function: functionId(step.name) })),
  };
}
