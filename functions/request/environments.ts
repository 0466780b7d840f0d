import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { EnvironmentView } from "../api.ts";
import { gone, readLedger, refuseRemoved } from "../entry/ledger.ts";
import { listNames, readStored } from "../entry/read.ts";
import type { StoredChain, StoredEnvironment, StoredTeardown } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { inParts } from "../in-parts.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { isOfRun } from "../record/chain.ts";
import { viewUnfinished } from "../record/unfinished.ts";
import { freezeInForce, isAlive, toFreezeView, toHolder } from "./busy.ts";
import { listOpen } from "./open.ts";
import { type ViewClients, viewRun } from "./run-view.ts";

/** How many runs of an environment are told. */
const newest = 20;

/** The names of all environments of which something stands, or that come into being. */
export async function listEnvironments(clients: ViewClients): Promise<readonly string[]> {
  const { storage, installation } = clients;
  const [ledgers, asked] = await Promise.all(
    ["environments/", "open/"].map((prefix) => listNames(storage, installation.bucket, prefix)),
  );
  const standing = new Set(ledgers);
  const others = asked?.filter((name) => !standing.has(name)) ?? [];
  const open = await Array.fromAsync(inParts(others, (name) => listOpen(name, clients)));
  return [...standing, ...others.filter((_, index) => open[index]?.length)].sort();
}

/**
 * One environment with its newest runs: those that are open, which have no record yet, come first.
 *
 * @throws StepError NOT_FOUND when it is not known
 */
export async function viewEnvironment(environment: string, clients: ViewClients): Promise<EnvironmentView> {
  const { storage } = clients;
  const { bucket } = clients.installation;
  const stored = <Value extends object>(object: string) => readStored<Value>(storage, bucket, object);
  const [spec, lock, chain, ledger, freeze, teardown, open] = await Promise.all([
    storage.getObject(bucket, objectOf.spec(environment)),
    readLock(storage, lockPlace(bucket, environment)),
    stored<StoredChain>(objectOf.chain(environment)),
    stored<StoredEnvironment>(objectOf.ledger(environment)),
    freezeInForce(storage, { bucket, environment }),
    stored<StoredTeardown>(objectOf.teardown(environment)),
    listOpen(environment, clients),
  ]);
  // One that was only planned, or rejected, or is being asked about, has runs to tell of and no spec.
  if (!spec && !chain && open.length === 0) throw unknown(environment);
  const asked = open.map(({ run }) => run).reverse();
  const recorded =
    chain?.value.records
      .filter(isOfRun)
      .map(({ record }) => record.replace(/\.\d+$/, ""))
      .reverse() ?? [];
  const runs = [...new Set([...asked, ...(lock ? [lock.value.run] : []), ...recorded])].slice(0, newest);
  const { url, readyAt, expiresAt } = ledger?.value ?? {};
  const unfinished = await viewUnfinished(clients.storage, clients.installation.bucket, ledger?.value);
  return {
    environment,
    runs: await Promise.all(runs.map((run) => viewRun(run, clients))),
    url,
    readyAt: toTime(readyAt),
    expiresAt: toTime(expiresAt),
    ...(spec && !ledger && { gone: true as const }),
    ...(freeze && { freeze: toFreezeView(freeze) }),
    ...(lock && (await isAlive(lock.value, clients.executions)) && { holder: toHolder(lock.value) }),
    ...(unfinished && { unfinished }),
    ...(teardown && toRemainder(teardown.value)),
  };
}

function toRemainder({ remaining, nextTryAt, failures, billed }: StoredTeardown) {
  return {
    ...{ remaining, nextTryAt: toTime(nextTryAt) },
    ...(failures && { unremoved: failures }),
    ...(billed && { billed }),
  };
}

/**
 * Google's clock in seconds since the epoch, if something of such an environment stands.
 *
 * @throws StepError NOT_FOUND, reason `GONE` when it was removed, else `UNKNOWN_ENVIRONMENT`
 */
export async function demandEnvironment(
  environment: string,
  clients: Pick<ViewClients, "storage" | "installation">,
): Promise<number> {
  const { storage, installation } = clients;
  const ledger = await storage.readText(installation.bucket, objectOf.ledger(environment));
  if (ledger) return Date.parse(ledger.readAt) / 1000;
  await demandKnown(environment, clients);
  throw gone(environment);
}

/**
 * Lets pass an environment that stands to be rebuilt.
 *
 * @throws StepError NOT_FOUND, reason `GONE` when it was removed or its removal has begun, else `UNKNOWN_ENVIRONMENT`
 */
export async function demandStanding(
  environment: string,
  clients: Pick<ViewClients, "storage" | "installation">,
): Promise<void> {
  const { storage, installation } = clients;
  const ledger = await readLedger(storage, installation.bucket, environment);
  if (!ledger) await demandKnown(environment, clients);
  refuseRemoved(environment, ledger?.value);
}

/**
 * Lets pass an environment that stands, or stood once.
 *
 * @returns when it was looked at, by Cloud Storage's clock, in seconds since the epoch
 * @throws StepError NOT_FOUND, reason `UNKNOWN_ENVIRONMENT`
 */
export async function demandKnown(
  environment: string,
  { storage, installation }: Pick<ViewClients, "storage" | "installation">,
): Promise<number> {
  const spec = await storage.readText(installation.bucket, objectOf.spec(environment));
  if (!spec) throw unknown(environment);
  return Date.parse(spec.readAt) / 1000;
}

function unknown(environment: string): StepError {
  const message = `no environment ${environment} is known here`;
  return new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_ENVIRONMENT", message });
}

function toTime(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : toTimestamp(seconds);
}
