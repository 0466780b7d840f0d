import { toSeconds } from "../../spec/duration.ts";
import type { EnvironmentView, FreezeBody } from "../api.ts";
import { freezeObject } from "../entry/freeze.ts";
import { ledgerObject } from "../entry/ledger.ts";
import { editStored, readStored, writeStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredFreeze } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { demandEnvironment, demandKnown, viewEnvironment } from "./environments.ts";
import type { ViewClients } from "./run-view.ts";

/** Keeps everybody from changing an environment for a while: people, schedules and expiry alike. */
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
  await editStored<StoredFreeze>(storage, place, () => wanted);
  return viewEnvironment(environment, clients);
}

/** Ends a freeze; without one there is nothing to do. */
export async function unfreeze(environment: string, clients: ViewClients): Promise<EnvironmentView> {
  await demandKnown(environment, clients);
  await clients.storage.deleteObject(clients.installation.bucket, freezeObject(environment));
  return viewEnvironment(environment, clients);
}

/**
 * Lets an environment live longer; warnings that were given are given again before the new end.
 *
 * @throws StepError FAILED_PRECONDITION when it does not expire
 */
export async function extend(environment: string, by: string, clients: ViewClients): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  await demandEnvironment(environment, clients);
  const place = { bucket: installation.bucket, object: ledgerObject(environment) };
  const found = await readStored<StoredEnvironment>(storage, place.bucket, place.object);
  if (found?.value.expiresAt === undefined) {
    const message = `${environment} does not expire: its spec gives it no timeToLive`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "DOES_NOT_EXPIRE", message });
  }
  const wanted = { ...found.value, expiresAt: found.value.expiresAt + toSeconds(by), warned: [] };
  const written = await writeStored(storage, { ...place, ifGenerationMatch: found.generation }, wanted);
  if (written !== undefined) return viewEnvironment(environment, clients);
  const message = `${environment} changed this moment: try again`;
  throw new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", message });
}
