import type { StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import type { StepChange } from "../../plan/standing.ts";
import { type StepDeclaration, type StepName, stepNames } from "../../plan/step.ts";
import { inputOf } from "../../plan/step-input.ts";
import type { ServiceInput } from "../../plan/steps/service.ts";
import { steps } from "../../plan/steps.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan, StoredStep } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { inParts } from "../in-parts.ts";

/** A step of an older plan that is asked what of it still stands. */
export interface OlderPart {
  readonly step: StepName;
  readonly function: string;
  /** Hash of the plan. */
  readonly plan: string;
  /** Absent where there are many parts: executions have little memory, and look one up when its turn has come. */
  readonly input?: object;
  /** Seconds that the step was expected to take. */
  readonly expectedSeconds: number;
}

/** How much of inputs, in characters of JSON, an execution is told at once. */
const mostOfInputs = 32 * 1024;

/** Whose older plans are read. */
export interface OlderQuestion {
  readonly bucket: string;
  readonly run: Pick<Run, "action">;
  readonly plan: StoredPlan;
  /** The steps of all that the environment consists of, where that is not what the plan says. */
  readonly whole?: readonly StoredStep[];
  readonly ledger: Pick<StoredEnvironment, "plans" | "made"> | undefined;
}

/** What the older plans of an environment tell. */
export interface OlderPlans {
  /**
   * Those that may have made what the present one does not name. A removal asks all of them, as it takes all of them down;
   * whatever else is planned asks only about what is billed by time, and about services that go on answering under another
   * name.
   */
  readonly parts: readonly OlderPart[];
  /**
   * The names that all plans give to the first database: whatever has another was made by somebody else. Absent where it is
   * not known what has been made: nothing is taken for somebody else's then.
   */
  readonly names?: readonly string[];
}

/** Reads the plans by which something of an environment may have been made, but the present one, a few at a time. */
export async function readOlder(
  storage: Pick<StorageClient, "readText">,
  { bucket, run, plan, whole = plan.steps, ledger }: OlderQuestion,
): Promise<OlderPlans> {
  const hashes = (ledger?.plans ?? []).filter((hash) => hash !== plan.hash || whole !== plan.steps);
  const services = new Set(whole.map(serviceOf));
  const mayStay = (step: StoredStep) => step.costPerDay > 0 || !services.has(serviceOf(step));
  const isElsewhere = elsewhereThan(whole);
  const found: StepOfPlan[] = [];
  const names = new Set(databasesIn(plan.steps));
  let areAllKnown = ledger?.made !== undefined;
  for await (const older of inParts(hashes, (hash) => readPlan(storage, bucket, hash))) {
    areAllKnown &&= older !== undefined;
    if (!older) continue;
    const asked = run.action === "down" ? older.steps : older.steps.filter(mayStay);
    found.push(...asked.filter(isElsewhere).map((step) => ({ hash: older.hash, step })));
    for (const name of databasesIn(older.steps)) names.add(name);
  }
  return { parts: withInputs(found), ...(areAllKnown && { names: [...names] }) };
}

interface StepOfPlan {
  readonly hash: string;
  readonly step: StoredStep;
}

/** Tells the inputs as far as an execution may have them all at once. */
function withInputs(found: readonly StepOfPlan[]): readonly OlderPart[] {
  let told = 0;
  return found.map(({ hash, step: { name, function: of, input, expectedSeconds } }) => {
    told += canonicalJson(input).length;
    return { step: name, function: of, plan: hash, ...(told <= mostOfInputs && { input }), expectedSeconds };
  });
}

/** The name that a plan gives to the first database. */
function databasesIn(steps: readonly StoredStep[]): readonly string[] {
  const { database } = inputOf({ steps }, "seed");
  return database === undefined ? [] : [database];
}

/** The service that a step is told to make; undefined of any other step. */
function serviceOf({ name, input }: StoredStep): string | undefined {
  return name === "service" ? (input as Partial<ServiceInput>).service : undefined;
}

/**
 * Tells, of one step after the other, whether a removal of it takes away what one of the present steps, and of those before
 * it, does not: others find nothing new, however else their inputs differ.
 */
function elsewhereThan(present: readonly StoredStep[]): (step: StoredStep) => boolean {
  const seen = new Set(present.flatMap(removalsOf));
  return (step) => {
    const fresh = removalsOf(step).filter((each) => !seen.has(each));
    for (const each of fresh) seen.add(each);
    return fresh.length > 0;
  };
}

/** Any of the declarations; a stored input is one that it made itself. */
interface AnyDeclaration extends Pick<StepDeclaration<object, object>, "name"> {
  removes?(input: object): readonly string[];
}

const declarations: readonly AnyDeclaration[] = steps;

function removalsOf({ name, input }: StoredStep): readonly string[] {
  const removes = declarations.find((each) => each.name === name)?.removes?.(input) ?? [];
  return removes.map((each) => `${name} ${each}`);
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
