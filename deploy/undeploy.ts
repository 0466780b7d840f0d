import { enableCommand } from "../google/enable-command.ts";
import { ApiError } from "../google/error.ts";
import { installationName } from "../spec/names.ts";
import { planApis } from "./apis.ts";
import { present } from "./change.ts";
import { type Clients, openClients } from "./clients.ts";
import { type Place, targetOf } from "./deploy.ts";
import { persist } from "./eventually.ts";
import { findHindrances, type Hindrance, withDeploy } from "./hindrances.ts";
import type { Target } from "./installation.ts";
import { isOwn } from "./ownership.ts";
import { demandRegion } from "./region.ts";
import { bucketPart, entrances, isBusy, type RemovalPart, remainder } from "./removal.ts";

/** How an installation is removed. */
export interface Undeployment {
  readonly keepBucket: boolean;
  /** Told before anything is removed, and after each resource. */
  readonly onRemoved: (resource: string) => void;
}

/** How it ended: all is gone, or nothing may go while environments stand or runs are under way. */
export type UndeployOutcome =
  | { readonly state: "removed"; readonly resources: readonly string[] }
  | { readonly state: "hindered"; readonly hindrances: readonly Hindrance[] };

/**
 * Removes what `deploy` made, and nothing else: what bears the mark of the installation and of no environment. The APIs
 * stay enabled, because others may use them. Whatever is gone already is passed over, so that a removal that was
 * interrupted goes on when it is asked for again.
 *
 * @throws ApiError or OperationError naming the call that was refused
 */
export async function undeploy(
  place: Place,
  { keepBucket, onRemoved }: Undeployment,
  clients = openClients(),
): Promise<UndeployOutcome> {
  const target = await targetOf(clients, place);
  await demandRegion(clients.buckets, target);
  await demandApis(clients, target);
  const resources: string[] = [];
  const removeAll = async (parts: readonly RemovalPart[]) => {
    for (const part of parts) resources.push(...(await removePart(clients, target, { part, onRemoved })));
  };
  const before = await findHindrances(clients, target);
  if (before.length > 0) return { state: "hindered", hindrances: before };
  await removeAll(entrances);
  // A request may have come in while the entrances were being closed.
  const after = await findHindrances(clients, target);
  if (after.length > 0) return { state: "hindered", hindrances: after.map(withDeploy(target)) };
  await removeAll(keepBucket ? remainder : [...remainder, bucketPart]);
  return { state: "removed", resources };
}

async function removePart(
  clients: Clients,
  target: Target,
  { part, onRemoved }: { readonly part: RemovalPart } & Pick<Undeployment, "onRemoved">,
): Promise<readonly string[]> {
  const removals = await part.find(clients, target);
  await Promise.all(
    removals.map(async ({ resource, remove }) => {
      // Gone meanwhile is gone: a removal that was killed may have asked for it, and Google takes minutes for some.
      await present(persist(isBusy, remove));
      onRemoved(resource);
    }),
  );
  return removals.map(({ resource }) => resource);
}

/** What is behind an API that is off cannot be found, so that it would stay; where nothing is installed, nothing does. */
async function demandApis({ serviceUsage, buckets, iam }: Clients, target: Target): Promise<void> {
  const { project } = target;
  const [bucket, accounts = []] = await Promise.all([
    present(buckets.getBucket(installationName(project))),
    present(iam.listAccounts(`projects/${project}`)),
  ]);
  if (![bucket ?? {}, ...accounts].some((found) => isOwn(found, target))) return;
  const off = (await planApis(serviceUsage, target)).map(({ resource }) => resource.split("/").at(-1) ?? "");
  if (off.length === 0) return;
  throw new ApiError({
    method: "serviceusage.services.batchGet",
    resource: `projects/${project}`,
    code: "FAILED_PRECONDITION",
    text: `what alloyrun has behind APIs that are off cannot be found; turn them on first: ${enableCommand(off, project)}`,
  });
}
