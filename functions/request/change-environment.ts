import { toSeconds } from "../../spec/duration.ts";
import type { EnvironmentView, FreezeBody } from "../api.ts";
import { freezeObject } from "../entry/freeze.ts";
import { ledgerObject } from "../entry/ledger.ts";
import { editStored, readStored, writeStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredFreeze } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { recordChange } from "../record/change.ts";
import { saysFrozen } from "./busy.ts";
import { demandEnvironment, demandKnown, viewEnvironment } from "./environments.ts";
import type { ViewClients } from "./run-view.ts";

/**
 * Keeps everybody from changing an environment for a while: people, schedules and expiry alike.
 *
 * @throws StepError FAILED_PRECONDITION when somebody else has frozen it for longer: whoever shortens that says so first
 */
export async function freeze(
  environment: string,
  { body, by }: { readonly body: FreezeBody; readonly by: string },
  clients: ViewClients,
): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  const since = await demandEnvironment(environment, clients);
  const wanted: StoredFreeze = {
    ...{ environment, by, since, reason: body.reason },
    until: since + toSeconds(body.duration),
  };
  const place = { bucket: installation.bucket, object: freezeObject(environment) };
  await editStored<StoredFreeze>(storage, place, (present) => {
    if (present && present.by !== by && present.until > wanted.until && present.until > since) {
      throw shortens(environment, present);
    }
    return wanted;
  });
  const { reason, until } = wanted;
  const change = { ...{ environment, reason, until }, change: "freeze", requestedBy: by, at: since } as const;
  await recordChange(storage, place.bucket, change);
  return viewEnvironment(environment, clients);
}

function shortens(environment: string, present: StoredFreeze): StepError {
  const says = `${saysFrozen(environment, present)}. \`alloyrun unfreeze ${environment}\` ends that; then freeze it for less.`;
  return new StepError({ code: "FAILED_PRECONDITION", reason: "FROZEN_FOR_LONGER", message: says });
}

/** Ends a freeze; without one there is nothing to do. */
export async function unfreeze(environment: string, by: string, clients: ViewClients): Promise<EnvironmentView> {
  const at = await demandKnown(environment, clients);
  const { bucket } = clients.installation;
  if (await clients.storage.deleteObject(bucket, freezeObject(environment))) {
    await recordChange(clients.storage, bucket, { change: "unfreeze", environment, requestedBy: by, at });
  }
  return viewEnvironment(environment, clients);
}

/**
 * Lets an environment live longer; warnings that were given are given again before the new end.
 *
 * @throws StepError FAILED_PRECONDITION when it does not expire
 */
export async function extend(
  environment: string,
  { longer, by }: { readonly longer: string; readonly by: string },
  clients: ViewClients,
): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  const at = await demandEnvironment(environment, clients);
  const place = { bucket: installation.bucket, object: ledgerObject(environment) };
  const found = await readStored<StoredEnvironment>(storage, place.bucket, place.object);
  if (found?.value.expiresAt === undefined) {
    const message = `${environment} does not expire: its spec gives it no timeToLive`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "DOES_NOT_EXPIRE", message });
  }
  const until = found.value.expiresAt + toSeconds(longer);
  const wanted = { ...found.value, expiresAt: until, warned: [] };
  const written = await writeStored(storage, { ...place, ifGenerationMatch: found.generation }, wanted);
  if (written === undefined) {
    const message = `${environment} changed this moment: try again`;
    throw new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", message });
  }
  await recordChange(storage, place.bucket, { change: "extend", environment, requestedBy: by, at, until });
  return viewEnvironment(environment, clients);
}
