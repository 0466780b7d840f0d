import type { EnvironmentView } from "../api.ts";
import { freezeObject } from "../entry/freeze.ts";
import { ledgerObject } from "../entry/ledger.ts";
import { readStored } from "../entry/read.ts";
import type { StoredChain, StoredEnvironment, StoredFreeze, StoredQueue, StoredTeardown } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { chainObject } from "../record/chain.ts";
import { type ViewClients, viewRun } from "./run-view.ts";
import { specObject } from "./spec-store.ts";
import { runsUnderWay } from "./under-way.ts";

/** How many runs of an environment are told. */
const newest = 20;

/** The names of all environments that are known here, or come into being. */
export async function listEnvironments(clients: ViewClients): Promise<readonly string[]> {
  const { storage, installation } = clients;
  const [specs, underWay] = await Promise.all([
    storage.listObjects(installation.bucket, "specs/"),
    runsUnderWay(clients),
  ]);
  const known = specs.flatMap(({ name }) => name?.match(/^specs\/(.+)\.yaml$/)?.[1] ?? []);
  return [...new Set([...known, ...underWay.flatMap(({ environment }) => environment || [])])].sort();
}

/**
 * One environment with its newest runs: those that are planned, wait or work, which have no record yet, come first.
 *
 * @throws StepError NOT_FOUND when it is not known
 */
export async function viewEnvironment(environment: string, clients: ViewClients): Promise<EnvironmentView> {
  const all = await runsUnderWay(clients);
  const underWay = all.filter((each) => each.environment === environment).map(({ run }) => run);
  // Of an environment that is planned for the first time nothing is stored, so that nobody can have frozen it.
  const now = underWay.length > 0 ? await clockOf(environment, clients) : await demandKnown(environment, clients);
  const { storage } = clients;
  const { bucket } = clients.installation;
  const stored = <Value extends object>(object: string) => readStored<Value>(storage, bucket, object);
  const [lock, queue, chain, ledger, freeze, teardown] = await Promise.all([
    readLock(storage, lockPlace(bucket, environment)),
    stored<StoredQueue>(`queues/${environment}.json`),
    stored<StoredChain>(chainObject(environment)),
    stored<StoredEnvironment>(ledgerObject(environment)),
    stored<StoredFreeze>(freezeObject(environment)),
    stored<StoredTeardown>(`teardowns/${environment}.json`),
  ]);
  const waiting = queue?.value.waiting.map(({ run }) => run).reverse() ?? [];
  const recorded = chain?.value.records.map(({ record }) => record.replace(/\.\d+$/, "")).reverse() ?? [];
  const unrecorded = [...underWay, ...waiting, ...(lock ? [lock.value.run] : [])];
  const runs = [...new Set([...unrecorded, ...recorded])].slice(0, newest);
  const { url, readyAt, expiresAt } = ledger?.value ?? {};
  return {
    environment,
    runs: await Promise.all(runs.map((run) => viewRun(run, clients))),
    url,
    readyAt: toTime(readyAt),
    expiresAt: toTime(expiresAt),
    ...(freeze && now < freeze.value.until && { freeze: toFreeze(freeze.value) }),
    ...(teardown && { remaining: teardown.value.remaining, nextTryAt: toTime(teardown.value.nextTryAt) }),
  };
}

/** One that was only planned, or rejected, has runs to tell of and no spec. */
async function demandKnown(environment: string, clients: ViewClients): Promise<number> {
  const { storage, installation } = clients;
  const chain = await storage.readText(installation.bucket, chainObject(environment));
  return chain ? Date.parse(chain.readAt) / 1000 : demandEnvironment(environment, clients);
}

/** Google's clock in seconds since the epoch, as it was when the environment's spec was read; 0 when it has none. */
async function clockOf(
  environment: string,
  { storage, installation }: Pick<ViewClients, "storage" | "installation">,
): Promise<number> {
  const found = await storage.readText(installation.bucket, specObject(environment));
  return found ? Date.parse(found.readAt) / 1000 : 0;
}

/**
 * Google's clock in seconds since the epoch, if there is such an environment.
 *
 * @throws StepError NOT_FOUND when it is not known
 */
export async function demandEnvironment(
  environment: string,
  clients: Pick<ViewClients, "storage" | "installation">,
): Promise<number> {
  const now = await clockOf(environment, clients);
  if (now > 0) return now;
  const message = `no environment ${environment} is known here`;
  throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_ENVIRONMENT", message });
}

function toFreeze({ reason, by, until }: StoredFreeze): NonNullable<EnvironmentView["freeze"]> {
  return { reason, by, until: new Date(until * 1000).toISOString() };
}

function toTime(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
}
