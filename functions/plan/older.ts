import type { StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import { namesIn } from "../../plan/names-in.ts";
import type { StepChange } from "../../plan/standing.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import type { ServiceInput } from "../../plan/steps/service.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan, StoredStep } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { inParts } from "../in-parts.ts";

/** A step of an older plan that is asked what of it still stands. */
export interface OlderPart {
  readonly step: StepName;
  readonly function: string;
  readonly input: object;
  /** Seconds that the step was expected to take. */
  readonly expectedSeconds: number;
}

/**
 * The parts of the environment's older plans that may have made what the present one does not name. A removal asks all of
 * them, as it takes all of them down; whatever else is planned asks only about what is billed by time, and about services that
 * go on answering under another name.
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
    readonly plan: Pick<StoredPlan, "steps"> & Partial<Pick<StoredPlan, "hash">>;
    readonly ledger: Pick<StoredEnvironment, "plans"> | undefined;
  },
): Promise<readonly OlderPart[]> {
  const hashes = (ledger?.plans ?? []).filter((hash) => hash !== plan.hash);
  const services = new Set(plan.steps.map(serviceOf));
  const mayStay = (step: StoredStep) => step.costPerDay > 0 || !services.has(serviceOf(step));
  const isElsewhere = elsewhereThan(plan.steps);
  const parts: OlderPart[] = [];
  for await (const older of inParts(hashes, (hash) => readPlan(storage, bucket, hash))) {
    const steps = older?.steps ?? [];
    const asked = run.action === "down" ? steps : steps.filter(mayStay);
    parts.push(...asked.filter(isElsewhere).map(toPart));
  }
  return parts;
}

function toPart({ name, function: of, input, expectedSeconds }: StoredStep): OlderPart {
  return { step: name, function: of, input, expectedSeconds };
}

/** The service that a step is told to make; undefined of any other step. */
function serviceOf({ name, input }: StoredStep): string | undefined {
  return name === "service" ? (input as Partial<ServiceInput>).service : undefined;
}

/**
 * Tells, of one step after the other, whether it names what none of the present ones and none before it does: others find
 * nothing new. Executions have little memory for inputs.
 */
function elsewhereThan(present: readonly StoredStep[]): (step: StoredStep) => boolean {
  const seen = new Set(present.flatMap(keysOf));
  return (step) => {
    const fresh = keysOf(step).filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    return fresh.length > 0;
  };
}

/** The same name may be of another kind, or somebody else's: what is removed of it differs then. */
function keysOf({ name, input }: StoredStep): readonly string[] {
  const names = [...namesIn(input)];
  const { kind = "", existing = "", provenBy = "" } = input as Readonly<Record<string, unknown>>;
  return (names.length > 0 ? names : [canonicalJson(input)]).map((each) => {
    return [name, each, kind, existing, provenBy].map(String).join(" ");
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
