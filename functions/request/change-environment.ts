import { reachOf } from "../../plan/life.ts";
import type { Place } from "../../spec/command-line.ts";
import { toDuration, toSeconds } from "../../spec/duration.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { EnvironmentView, FreezeBody } from "../api.ts";
import { readLedger } from "../entry/ledger.ts";
import { beingChanged, editStored, readStored, writeStored } from "../entry/read.ts";
import type { StoredChange, StoredEnvironment, StoredFreeze } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { storedTerms } from "../plan/judge.ts";
import { isRecorded } from "../record/chain.ts";
import { recordChange } from "../record/change.ts";
import { FrozenError, saysFrozen, wayToUnfreeze } from "./busy.ts";
import { demandEnvironment, demandKnown, viewEnvironment } from "./environments.ts";
import { type Changer, changeOnce } from "./keyed-change.ts";
import type { ViewClients } from "./run-view.ts";
import { type TellClients, tellChange } from "./tell.ts";

/** What changing an environment outside its runs works with. */
export type ChangeClients = ViewClients & TellClients;

/** How many extensions an environment's entry remembers: far more than are asked for at one moment. */
const mostExtensions = 20;

/**
 * Keeps everybody from changing an environment for a while: people, schedules and expiry alike.
 *
 * @throws FrozenError when somebody else has frozen it for longer: whoever shortens that says so first
 */
export async function freeze(
  environment: string,
  { body, ...changer }: Changer & { readonly body: FreezeBody },
  clients: ChangeClients,
): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  const place = { bucket: installation.bucket, object: objectOf.freeze(environment) };
  await changeOnce({ change: "freeze", environment, body, ...changer }, clients, {
    async prepare() {
      const at = await demandEnvironment(environment, clients);
      const held = { at, reason: body.reason, until: at + toSeconds(body.duration) };
      const present = await readStored<StoredFreeze>(storage, place.bucket, place.object);
      refuseShortening(present?.value, { ...held, requestedBy: changer.by }, installation);
      return held;
    },
    async apply(held) {
      const { at: since, until = since, reason = "", requestedBy: by } = held;
      // Once it is recorded it was made, and may have been ended since: whoever has a crash made good does not make it anew.
      if (!(await isRecorded(storage, { bucket: place.bucket, environment, id: held.id }))) {
        await editStored<StoredFreeze>(storage, place, (present) => {
          refuseShortening(present, held, installation);
          return { environment, by, since, reason, until };
        });
      }
      await recordChange(storage, place.bucket, held);
      await tellChange(clients, held);
    },
  });
  return viewEnvironment(environment, clients);
}

function refuseShortening(
  present: StoredFreeze | undefined,
  { requestedBy, until = 0, at }: Pick<StoredChange, "requestedBy" | "until" | "at">,
  place: Place,
): void {
  if (!present || present.by === requestedBy || present.until <= until || present.until <= at) return;
  const { environment } = present;
  const says = `${saysFrozen(environment, present)}. ${wayToUnfreeze(environment, place)}; then freeze it for less.`;
  throw new FrozenError(present, { reason: "FROZEN_FOR_LONGER", message: says });
}

/** Ends a freeze; without one there is nothing to do. */
export async function unfreeze(
  environment: string,
  changer: Changer,
  clients: ChangeClients,
): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  await changeOnce({ change: "unfreeze", environment, body: {}, ...changer }, clients, {
    async prepare() {
      const at = await demandKnown(environment, clients);
      const present = await storage.getObject(bucket, objectOf.freeze(environment));
      return present ? { at, generation: present.generation } : { at, isDone: true };
    },
    async apply(held) {
      // One that has taken its place since is somebody else's wish.
      await storage.deleteObject(bucket, objectOf.freeze(environment), held.generation);
      await recordChange(storage, bucket, held);
      await tellChange(clients, held);
    },
  });
  return viewEnvironment(environment, clients);
}

/**
 * Lets an environment live longer, as far as its own life lets anybody do so unasked; warnings that were given are given
 * again before the new end. Who did it is recorded and told.
 *
 * @throws StepError FAILED_PRECONDITION when it does not expire, or would too late
 */
export async function extend(
  environment: string,
  { longer, ...changer }: Changer & { readonly longer: string },
  clients: ChangeClients,
): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  await changeOnce({ change: "extend", environment, body: { by: longer }, ...changer }, clients, {
    async prepare() {
      const at = await demandEnvironment(environment, clients);
      const seconds = toSeconds(longer);
      const { found } = await demandEnd(environment, clients);
      refuseBeyond(found.value, { of: environment, at, seconds });
      return { at, seconds };
    },
    async apply(held) {
      const until = await putOffEnd(held, clients);
      await recordChange(storage, installation.bucket, { ...held, until });
      await tellChange(clients, { ...held, until });
    },
  });
  return viewEnvironment(environment, clients);
}

/** The entry of an environment that expires. @throws StepError FAILED_PRECONDITION when it does not */
async function demandEnd(environment: string, { storage, installation }: ViewClients) {
  const found = await readLedger(storage, installation.bucket, environment);
  const { expiresAt, readyAt } = found?.value ?? {};
  if (found && expiresAt !== undefined && readyAt !== undefined) return { found, expiresAt };
  if (expiresAt !== undefined) {
    const message = `${environment} is being removed, or its removal was broken off: \`alloyrun up\` makes it whole again`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_READY", message });
  }
  if (readyAt === undefined) throw await notYetReady(environment, { storage, installation });
  const message = `${environment} does not expire: neither its spec nor who asked for it gave it a timeToLive`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "DOES_NOT_EXPIRE", message });
}

/** There is no end to put off before an environment is ready, for its life is counted from there. */
async function notYetReady(
  environment: string,
  { storage, installation: { bucket } }: Pick<ViewClients, "storage" | "installation">,
): Promise<StepError> {
  const { timeToLiveSeconds } = (await storedTerms(storage, { bucket, environment })) ?? {};
  const life = timeToLiveSeconds === undefined ? "a life is" : `the ${toDuration(timeToLiveSeconds)} of its spec are`;
  const message = `${environment} is not ready yet, and ${life} counted from when it is: there is no end to put off before that`;
  return new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_READY", message });
}

/** @throws StepError FAILED_PRECONDITION, reason `TOO_LONG`, for an end that only a run may set */
function refuseBeyond(
  ledger: StoredEnvironment,
  { of, at, seconds }: { readonly of: string; readonly at: number; readonly seconds: number },
): void {
  const { expiresAt = at } = ledger;
  const { from, seconds: reach } = reachOf(ledger);
  const latest = from + reach;
  if (expiresAt + seconds <= latest) return;
  const message =
    `${of} would live until ${toTimestamp(expiresAt + seconds)}; without a run it may be kept until ${toTimestamp(latest)}, ` +
    `${toDuration(reach)} from when its life began, however often it is extended. For longer give its spec another ` +
    "timeToLive: `alloyrun up` with its file, which its policy judges";
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "TOO_LONG", resource: of, message });
}

/** Puts the end off, once for each extension: which it was is written together with the end. Gives the end, in seconds. */
async function putOffEnd({ id, of, at, seconds = 0 }: StoredChange, clients: ViewClients): Promise<number> {
  const { storage, installation } = clients;
  const { found, expiresAt } = await demandEnd(of, clients);
  const { extensions = [] } = found.value;
  if (extensions.includes(id)) return expiresAt;
  // Another one may have come between.
  refuseBeyond(found.value, { of, at, seconds });
  const place = { bucket: installation.bucket, object: objectOf.ledger(of) };
  const until = expiresAt + seconds;
  const known = [...extensions, id].slice(-mostExtensions);
  const wanted: StoredEnvironment = { ...found.value, expiresAt: until, warned: [], extensions: known };
  const written = await writeStored(storage, { ...place, ifGenerationMatch: found.generation }, wanted);
  if (written === undefined) throw beingChanged(place.bucket, place.object);
  return until;
}
