import type { StorageClient } from "../../google/clients/storage.ts";
import type { JsonObject } from "../../google/json.ts";
import {
  type FirstNames,
  type Generations,
  generationsOf,
  highestOf,
  holds,
  nextGenerations,
  type Serving,
  spentBeside,
} from "../../plan/generation.ts";
import { applicationSteps } from "../../plan/level.ts";
import type { StepName } from "../../plan/step.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Begun } from "../contract.ts";
import { readStored } from "../entry/read.ts";
import type { StoredChain, StoredEnvironment, StoredRequest } from "../entry/stored.ts";
import { isOfRun } from "../record/chain.ts";

/** What is to be decided about. */
export interface TargetQuestion {
  readonly request: StoredRequest;
  /** What is known of the environment; absent when nothing is. */
  readonly ledger?: StoredEnvironment;
  /** What serves; absent when nothing does. */
  readonly serving?: Serving;
  readonly names: FirstNames;
}

/**
 * What serves when the run has ended. A run that has begun keeps its target however often it is resumed; a rebuild that
 * is asked for while another of its level lies unfinished goes on with that one, unless the environment became ready since.
 */
export function targetOf({ request, ledger, serving, names }: TargetQuestion): Generations {
  if (request.target) return request.target;
  const { level, action, of } = request;
  const { serves, made, target: unfinished } = ledger ?? {};
  const present = generationsOf(serving, names, serves);
  if ((of ?? action) !== "rebuild" || !(serving ?? serves)) return present;
  const goesOn = unfinished?.level === level && !unfinished.overtaken;
  return goesOn ? unfinished.generations : nextGenerations(present, level, made);
}

/** What tells, beside the environment's entry, what may have been written to. */
export interface Evidence {
  /** What serves; absent when nothing does. */
  readonly serving: Serving | undefined;
  /** What the runs were to end with that moved traffic last. */
  readonly opened: readonly Generations[];
}

/**
 * What runs have begun to make by the time that one ends with these generations. The entry knows of no switch that Google has
 * come to the end of after its run was cancelled: what traffic was moved to is not spent, and where nothing serves nothing is.
 */
export function begunBy(
  ledger: StoredEnvironment | undefined,
  generations: Generations,
  { serving, opened }: Evidence,
): Begun {
  const { database } = highestOf(ledger?.made ?? generations, generations);
  const noted = serving ? spentBeside(ledger ?? {}, generations) : [];
  return { database, spent: noted.filter((each) => !opened.some((one) => holds(each, one))) };
}

/** Which steps a run takes, and what those have given that it does not take. */
export interface Scope {
  /** All of them when empty. */
  readonly only: readonly StepName[];
  readonly outputs: Readonly<Partial<Record<StepName, object>>>;
}

/** A rebuild of the application alone stands on what serves, as the serving revision names it; any other run takes all steps. */
export function scopeOf({ action, of, level }: StoredRequest, serving: JsonObject | undefined): Scope {
  if ((of ?? action) !== "rebuild" || level !== "app" || !serving?.vpcAccess) return { only: [], outputs: {} };
  const { vpcAccess, instance, applicationVersion, database } = serving;
  return {
    only: applicationSteps,
    outputs: { egress: { vpcAccess }, instance: { instance, applicationVersion }, seed: { database } },
  };
}

/** The record of a run that was written last: when it is another by the time the lock is held, something may have moved. */
export async function latestRun(storage: StorageClient, bucket: string, environment: string): Promise<string> {
  const chain = await readStored<StoredChain>(storage, bucket, objectOf.chain(environment));
  return chain?.value.records.findLast(isOfRun)?.record ?? "";
}
