import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { Expiries } from "../api.ts";
import { readLedger } from "../entry/ledger.ts";
import { editStored, listNames, type Stored } from "../entry/read.ts";
import type { StoredEnvironment } from "../entry/stored.ts";
import { inParts } from "../in-parts.ts";
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
  /** When the freeze ends that is in force; absent without one. */
  readonly frozenUntil?: number;
  /** Seconds since the epoch, by Google's clock. */
  readonly now: number;
}

/**
 * Looks through all environments: warns those whose time is nearly over, each warning once, and gives those whose time is
 * over. A freeze holds the end, of which is warned too: it goes down when that is over. What is protected never expires;
 * what another run is changing is looked at the next time.
 *
 * @throws StepError PERMISSION_DENIED for anybody but the sweep
 */
export async function lookForExpiries(caller: string, clients: AcceptClients & TellClients): Promise<Expiries> {
  requireSweeper(caller, clients.installation);
  const expiring = await listExpiring(clients);
  const due = await filter(
    expiring.filter(({ now, expiresAt, frozenUntil }) => now >= expiresAt && frozenUntil === undefined),
    (each) => mayExpire(each, clients),
  );
  const near = expiring.filter((each) => each.now < endOf(each));
  const told = await Promise.allSettled(near.map((each) => warn(each, clients)));
  return {
    due: due.map(({ environment, expiresAt }) => ({ environment, expiry: expiresAt })),
    untold: near.flatMap(({ environment }, index) => (told[index]?.status === "rejected" ? [environment] : [])),
  };
}

async function listExpiring(clients: AcceptClients): Promise<readonly Expiring[]> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  const names = await listNames(storage, bucket, "environments/");
  const read = async (environment: string): Promise<Expiring | undefined> => {
    const found = await readLedger(storage, bucket, environment);
    const expiresAt = found?.value.expiresAt;
    if (!found || expiresAt === undefined) return undefined;
    const frozenUntil = (await freezeInForce(storage, { bucket, environment }))?.until;
    return { environment, found, expiresAt, frozenUntil, now: Date.parse(found.readAt) / 1000 };
  };
  const all = await Array.fromAsync(inParts(names, read));
  return all.filter((each) => each !== undefined);
}

/** What a removal has left of an environment is the teardown's to finish; a removal that failed is begun again. */
async function mayExpire({ environment, found }: Expiring, clients: AcceptClients): Promise<boolean> {
  const { storage, installation } = clients;
  const isReady = found.value.readyAt !== undefined;
  if (!isReady && (await storage.getObject(installation.bucket, objectOf.teardown(environment)))) return false;
  if (await isBusy(environment, clients)) return false;
  // What cannot be told is refused, and so told, when it is asked for.
  return (await storedProtection(storage, installation.bucket, environment)) !== "protected";
}

/** When it goes down: when its time is over, or the freeze ends that holds it. */
function endOf({ expiresAt, frozenUntil = expiresAt }: Expiring): number {
  return Math.max(expiresAt, frozenUntil);
}

/** What was told is noted afterwards: told twice it has the same id, forgotten it would be lost. */
async function warn(expiring: Expiring, clients: AcceptClients & TellClients): Promise<void> {
  const { environment, found, expiresAt, frozenUntil, now } = expiring;
  const [nearest, ...further] = occasionsOf(expiring);
  if (nearest === undefined) return;
  const { readyRun: run = "", url, ticket } = found.value;
  const end = endOf(expiring);
  await tell(clients, {
    ...{ type: "expiring", id: `${run}/${eventOf(nearest, found.value)}`, time: found.readAt },
    data: {
      ...{ environment, run, ticket, url, secondsLeft: Math.floor(end - now) },
      ...{ expiresAt: toTimestamp(expiresAt), goesDownAt: toTimestamp(end) },
      ...(frozenUntil !== undefined && end > expiresAt && { frozenUntil: toTimestamp(frozenUntil) }),
    },
  });
  const place = { bucket: clients.installation.bucket, object: objectOf.ledger(environment) };
  await editStored<StoredEnvironment>(clients.storage, place, (present) => {
    if (!present || present.expiresAt !== expiresAt) return present;
    return { ...present, warned: [...new Set([...(present.warned ?? []), nearest, ...further])] };
  });
}

/**
 * The names of the warnings whose time has come, when the nearest before the one or the other end was not given: before the
 * end of its life, and before that of a freeze which holds it. The nearest that is new comes first.
 */
function occasionsOf(expiring: Expiring): readonly string[] {
  const { expiresAt, frozenUntil } = expiring;
  const isHeld = frozenUntil !== undefined && frozenUntil > expiresAt;
  return [
    ...warningsOf(expiring, expiresAt).map(({ name }) => name),
    ...(isHeld ? warningsOf(expiring, frozenUntil, `@${frozenUntil}`).map(({ name }) => `${name}@${frozenUntil}`) : []),
  ];
}

/** The warnings before an end whose time has come, the nearest first, unless it was given; none is longer than the whole life. */
function warningsOf({ found, now }: Expiring, end: number, mark = ""): readonly Warning[] {
  const { readyAt, livesFrom = readyAt, warned = [] } = found.value;
  if (readyAt === undefined || livesFrom === undefined || now >= end) return [];
  const come = warnings.filter(({ seconds }) => end - now <= seconds && seconds < end - livesFrom);
  const [nearest] = come;
  return nearest && !warned.includes(`${nearest.name}${mark}`) ? come : [];
}

/** Who was given more time is warned anew, which is another event. */
function eventOf(occasion: string, { readyAt = 0, timeToLiveSeconds = 0, expiresAt }: StoredEnvironment): string {
  const isExtended = expiresAt !== readyAt + timeToLiveSeconds;
  return isExtended && !occasion.includes("@") ? `expiring-${occasion}@${expiresAt}` : `expiring-${occasion}`;
}

async function filter<Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<readonly Item[]> {
  const passes = await Array.fromAsync(inParts(items, test));
  return items.filter((_, index) => passes[index]);
}
