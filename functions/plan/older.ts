import type { StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import { namesIn } from "../../plan/names-in.ts";
import type { StepChange } from "../../plan/standing.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { readStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredPlan, StoredStep } from "../entry/stored.ts";

/** A step of an older plan that is asked what of it still stands. */
export interface OlderPart {
  readonly step: StepName;
  readonly function: string;
  readonly input: object;
}

/**
 * The parts of the environment's older plans that may have made what the present one does not speak of. A removal asks all
 * that differ, as it takes all of them down; whatever else is planned asks only about what is billed by time.
 */
export async function olderParts(
  storage: Pick<StorageClient, "readText">,
  {
    bucket,
    run,
    plan,
    ledger,
  }: {
    readonly bucket: string;
    readonly run: Pick<Run, "action">;
    readonly plan: StoredPlan;
    readonly ledger: Pick<StoredEnvironment, "plans"> | undefined;
  },
): Promise<readonly OlderPart[]> {
  const hashes = (ledger?.plans ?? []).filter((hash) => hash !== plan.hash);
  const found = await Promise.all(hashes.map((hash) => readStored<StoredPlan>(storage, bucket, `plans/${hash}.json`)));
  const older = found.flatMap((each) => each?.value.steps ?? []);
  const parts = run.action === "down" ? differing(older, plan.steps) : billedElsewhere(older, plan.steps);
  return parts.map(({ name, function: of, input }) => ({ step: name, function: of, input }));
}

function differing(older: readonly StoredStep[], present: readonly StoredStep[]): readonly StoredStep[] {
  const keyOf = ({ name, input }: StoredStep) => canonicalJson([name, input]);
  const seen = new Set(present.map(keyOf));
  return older.filter((step) => !seen.has(keyOf(step)) && seen.add(keyOf(step)));
}

/** An input that names nothing new finds nothing new. */
function billedElsewhere(older: readonly StoredStep[], present: readonly StoredStep[]): readonly StoredStep[] {
  const seen = new Set<string>();
  const keysOf = ({ name, input }: StoredStep) => [...namesIn(input)].map((each) => `${name} ${each}`);
  for (const key of present.flatMap(keysOf)) seen.add(key);
  return older.filter((step) => {
    const fresh = step.costPerDay > 0 ? keysOf(step).filter((key) => !seen.has(key)) : [];
    for (const key of fresh) seen.add(key);
    return fresh.length > 0;
  });
}

/** What the older parts have told the workflow: what removing them would delete. */
export function olderChangesOf({ older }: JsonObject): readonly StepChange[] {
  const told = Array.isArray(older) ? older : [];
  return told.flatMap((each) => {
    const { step, changes } = toObject(each) ?? {};
    const name = stepNames.find((known) => known === step);
    if (name === undefined || !Array.isArray(changes)) return [];
    return (changes as readonly Change[]).map((change) => ({ step: name, ...change }));
  });
}
