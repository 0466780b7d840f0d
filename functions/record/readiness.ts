import type { StorageClient } from "../../google/clients/storage.ts";
import { spentBeside } from "../../plan/generation.ts";
import { endOf, lifeGiven } from "../../plan/life.ts";
import type { UnfinishedRebuild } from "../../plan/unfinished.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { beingChanged, readStored, writeStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredRequest } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { fenceGuard } from "../fence.ts";
import { seedObjectOf } from "../plan/seed-object.ts";
import { viewUnfinished } from "./unfinished.ts";

/** Since when an environment is ready, until when it lives, in seconds since the epoch, and what the run leaves unfinished. */
export interface Readiness {
  readonly readyAt: number;
  readonly expiresAt?: number;
  readonly unfinished?: UnfinishedRebuild;
}

/** What became ready. */
export interface ReadyRun {
  readonly bucket: string;
  readonly run: Run;
  readonly request: StoredRequest;
  /** By which it is used. */
  readonly url: string;
}

/**
 * Notes that the environment is ready. Its life is counted from when it became so; a run that gives no other keeps it, with
 * what `extend` has added; another one is counted from the run that gives it, lest it be over at once, and so is one that goes on
 * after a removal was broken off. From here on no rebuild is unfinished, but for what a rebuild of the application has left as
 * it found it.
 *
 * @throws StepError UNAVAILABLE, retryable, when somebody else changed the environment's entry meanwhile
 */
export async function settleReadiness(storage: StorageClient, ready: ReadyRun): Promise<Readiness> {
  const { bucket, run, url } = ready;
  const object = objectOf.ledger(run.environment);
  const found = await readStored<StoredEnvironment>(storage, bucket, object);
  const serves = { database: run.databaseGeneration, cluster: run.clusterGeneration };
  const spent = spentBeside(found?.value ?? {}, serves);
  const { target, spent: _spent, ...known } = found?.value ?? entryOf(run);
  const plan = await readPlan(storage, ready.bucket, run.planHash);
  const spec = plan?.timeToLiveSeconds;
  // A rebuild of the application alone applies none.
  const isSeeded = run.action !== "rebuild" || run.level !== "app";
  // It removes nothing either, unless nothing was ready: then it takes every step.
  const stays = !isSeeded && known.readyAt !== undefined;
  const given = lifeGiven(known, { asked: ready.request.timeToLiveSeconds, spec });
  const { seconds } = given ?? {};
  const readyAt = known.readyAt ?? run.now;
  const expiresAt = given ? seconds && endOf(known, seconds, run.now) : known.expiresAt;
  const wanted: StoredEnvironment = {
    ...known,
    serves,
    ...(target && stays && { target: { ...target, overtaken: true } }),
    ...(spent.length > 0 && { spent }),
    readyPlan: isSeeded ? run.planHash : known.readyPlan,
    seed: (isSeeded && plan && seedObjectOf(plan)) || known.seed,
    ...{ readyAt, readyRun: run.id, url, ticket: ready.request.ticket ?? known.ticket },
    ...{ timeToLiveSeconds: given ? seconds : known.timeToLiveSeconds, specTimeToLiveSeconds: spec ?? null },
    livesFrom: given ? run.now : known.livesFrom,
    ...{ expiresAt, warned: expiresAt === known.expiresAt ? known.warned : [] },
  };
  await fenceGuard(run, storage)();
  const written = await writeStored(storage, { bucket, object, ifGenerationMatch: found?.generation ?? "0" }, wanted);
  if (written === undefined) throw beingChanged(bucket, object);
  const unfinished = await viewUnfinished(storage, bucket, wanted);
  return { readyAt, ...(expiresAt !== undefined && { expiresAt }), ...(unfinished && { unfinished }) };
}

/** An entry of an environment that has none. */
function entryOf(run: Run): StoredEnvironment {
  return { plans: [run.planHash] };
}
