import { toTimestamp } from "../../spec/timestamp.ts";
import type { Expiries } from "../api.ts";
import { ledgerObject } from "../entry/ledger.ts";
import { editStored, readStored, type Stored } from "../entry/read.ts";
import type { StoredEnvironment } from "../entry/stored.ts";
import { storedProtection } from "../lock/protection.ts";
import { freezeInForce, isBusy } from "./busy.ts";
import type { AcceptClients } from "./note.ts";
import { requireSweeper } from "./sweeper.ts";
import { type TellClients, tell } from "./tell.ts";

/** Warnings before the end, the nearest first; one is given when that much of its life is left. */
const warnings = [
  { name: "30m", seconds: 30 * 60 },
  { name: "2h", seconds: 2 * 3600 },
  { name: "24h", seconds: 24 * 3600 },
] as const;

type Warning = (typeof warnings)[number];

/** An environment that expires, as its ledger has it. */
interface Expiring {
  readonly environment: string;
  readonly found: Stored<StoredEnvironment>;
  readonly expiresAt: number;
  /** Seconds since the epoch, by Google's clock. */
  readonly now: number;
}

/**
 * Looks through all environments: warns those whose time is nearly over, each warning once, and gives those whose time is
 * over. A freeze holds both; what is protected never expires; what another run is changing is looked at the next time.
 *
 * @throws StepError PERMISSION_DENIED for anybody but the sweep
 */
export async function lookForExpiries(caller: string, clients: AcceptClients & TellClients): Promise<Expiries> {
  requireSweeper(caller, clients.installation);
  const expiring = await listExpiring(clients);
  const due = await filter(
    expiring.filter(({ now, expiresAt }) => now >= expiresAt),
    (each) => mayExpire(each, clients),
  );
  const near = expiring.filter(({ now, expiresAt }) => now < expiresAt);
  const told = await Promise.allSettled(near.map((each) => warn(each, clients)));
  return {
    due: due.map(({ environment, expiresAt }) => ({ environment, expiry: expiresAt })),
    untold: near.flatMap(({ environment }, index) => (told[index]?.status === "rejected" ? [environment] : [])),
  };
}

async function listExpiring(clients: AcceptClients): Promise<readonly Expiring[]> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  const objects = await storage.listObjects(bucket, "environments/");
  const names = objects.flatMap(({ name }) => name?.match(/^environments\/(.+)\.json$/)?.[1] ?? []);
  const all = await Promise.all(
    names.map(async (environment): Promise<Expiring | undefined> => {
      const found = await readStored<StoredEnvironment>(storage, bucket, ledgerObject(environment));
      const expiresAt = found?.value.expiresAt;
      if (!found || expiresAt === undefined) return undefined;
      if (await freezeInForce(storage, { bucket, environment })) return undefined;
      return { environment, found, expiresAt, now: Date.parse(found.readAt) / 1000 };
    }),
  );
  return all.filter((each) => each !== undefined);
}

/** What a removal has left of an environment is the teardown's to finish; a removal that failed is begun again. */
async function mayExpire({ environment, found }: Expiring, clients: AcceptClients): Promise<boolean> {
  const { storage, installation } = clients;
  const isReady = found.value.readyAt !== undefined;
  if (!isReady && (await storage.getObject(installation.bucket, `teardowns/${environment}.json`))) return false;
  if (await isBusy(environment, clients)) return false;
  // What cannot be told is refused, and so told, when it is asked for.
  return (await storedProtection(storage, installation.bucket, environment)) !== "protected";
}

/** What was told is noted afterwards: told twice it has the same id, forgotten it would be lost. */
async function warn(expiring: Expiring, clients: AcceptClients & TellClients): Promise<void> {
  const { environment, found, expiresAt, now } = expiring;
  const [nearest, ...further] = warningsOf(expiring);
  if (!nearest) return;
  const { readyRun: run = "", url, ticket } = found.value;
  await tell(clients, {
    ...{ type: "expiring", id: `${run}/${occasionOf(nearest, found.value)}`, time: found.readAt },
    data: {
      ...{ environment, run, ticket, url, secondsLeft: expiresAt - now },
      expiresAt: toTimestamp(expiresAt),
    },
  });
  const place = { bucket: clients.installation.bucket, object: ledgerObject(environment) };
  const given = [nearest, ...further].map(({ name }) => name);
  await editStored<StoredEnvironment>(clients.storage, place, (present) => {
    if (!present || present.expiresAt !== expiresAt) return present;
    return { ...present, warned: [...new Set([...(present.warned ?? []), ...given])] };
  });
}

/** The warnings whose time has come and that were not given, the nearest first; none is longer than the whole life. */
function warningsOf({ found, expiresAt, now }: Expiring): readonly Warning[] {
  const { readyAt, warned = [] } = found.value;
  if (readyAt === undefined) return [];
  const come = warnings.filter(({ seconds }) => expiresAt - now <= seconds && seconds < expiresAt - readyAt);
  const [nearest] = come;
  return nearest && !warned.includes(nearest.name) ? come : [];
}

/** Who was given more time is warned anew, which is another event. */
function occasionOf({ name }: Warning, { readyAt = 0, timeToLiveSeconds = 0, expiresAt }: StoredEnvironment): string {
  const isExtended = expiresAt !== readyAt + timeToLiveSeconds;
  return isExtended ? `expiring-${name}@${expiresAt}` : `expiring-${name}`;
}

async function filter<Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<readonly Item[]> {
  const passes = await Promise.all(items.map(test));
  return items.filter((_, index) => passes[index]);
}
