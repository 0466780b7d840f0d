import { ApiError } from "../google/error.ts";
import { idOf } from "../google/name.ts";
import type { Operation } from "../google/operation.ts";
import { editPolicy, type Policy } from "../google/policy.ts";
import { environmentLabel, installationName } from "../spec/names.ts";
import { policyChange, present } from "./change.ts";
import type { Clients } from "./clients.ts";
import { listOwnRoles } from "./custom-role.ts";
import { persist } from "./eventually.ts";
import { installationAccounts, type Target } from "./installation.ts";
import { isOwn } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";

/** One thing of the installation's own, and how it goes. */
export interface Removal {
  /** Full name. */
  readonly resource: string;
  readonly remove: () => Promise<void>;
}

/** A part of an installation that is found by its marks, whichever version made it. */
export interface RemovalPart {
  readonly name: string;
  readonly find: (clients: Clients, target: Target) => Promise<readonly Removal[]>;
}

/** Functions through which requests come in; without them and the schedules no run begins any more. */
const doors: ReadonlySet<string> = new Set(["alloyrun-request", "alloyrun-hook"]);

/** What begins runs. */
export const entrances: readonly RemovalPart[] = [
  { name: "schedules", find: findSchedules },
  { name: "entrances", find: (clients, target) => findFunctions(clients, target, (id) => doors.has(id)) },
];

/** All else: each before what it uses, the accounts last, for whatever stands still runs as one of them. */
export const remainder: readonly RemovalPart[] = [
  { name: "workflows", find: findWorkflows },
  { name: "functions", find: (clients, target) => findFunctions(clients, target, () => true) },
  { name: "subscriptions", find: (clients, target) => findLabelled(clients, target, "subscriptions") },
  { name: "topics", find: (clients, target) => findLabelled(clients, target, "topics") },
  { name: "secrets", find: (clients, target) => findLabelled(clients, target, "secrets") },
  { name: "repository", find: findRepository },
  { name: "grants", find: findGrants },
  { name: "roles", find: findRoles },
  { name: "accounts", find: findAccounts },
];

/** The bucket with everything in it, every version. */
export const bucketPart: RemovalPart = { name: "bucket", find: findBucket };

async function findSchedules({ scheduler }: Clients, target: Target): Promise<readonly Removal[]> {
  const jobs = (await present(scheduler.listJobs(locationOf(target)))) ?? [];
  return own(jobs, target).map((name) => ({ resource: name, remove: () => scheduler.deleteJob(name) }));
}

async function findFunctions(
  { functions, await: wait }: Clients,
  target: Target,
  isWanted: (id: string) => boolean,
): Promise<readonly Removal[]> {
  const all = (await present(functions.listFunctions(locationOf(target)))) ?? [];
  return own(all, target)
    .filter((name) => isWanted(idOf(name)))
    .map((name) => ({ resource: name, remove: () => ended(wait, functions.deleteFunction(name)) }));
}

async function findWorkflows({ workflows, await: wait }: Clients, target: Target): Promise<readonly Removal[]> {
  const all = (await present(workflows.listWorkflows(locationOf(target)))) ?? [];
  return own(all, target).map((name) => ({
    resource: name,
    remove: () => ended(wait, workflows.deleteWorkflow(name)),
  }));
}

async function findLabelled(
  { labelled }: Clients,
  target: Target,
  kind: Parameters<Clients["labelled"]["list"]>[1],
): Promise<readonly Removal[]> {
  const all = (await present(labelled.list(`projects/${target.project}`, kind))) ?? [];
  return own(all, target).map((name) => ({ resource: name, remove: () => labelled.delete(name, kind) }));
}

async function findRepository({ registry, await: wait }: Clients, target: Target): Promise<readonly Removal[]> {
  const name = `${locationOf(target)}/repositories/alloyrun`;
  const found = await present(registry.getRepository(name));
  if (!found || !isOwn(found, target)) return [];
  return [{ resource: name, remove: () => ended(wait, registry.deleteRepository(name)) }];
}

/** On the project: the bindings of the installation's own roles. On the bucket: what its accounts were granted. */
async function findGrants({ roles, resourceManager, buckets }: Clients, target: Target): Promise<readonly Removal[]> {
  const { project } = target;
  const name = installationName(project);
  const ours = new Set(await listOwnRoles(roles, project));
  const bucket = await present(buckets.getBucket(name));
  const places = [
    {
      resource: `projects/${project}`,
      get: () => resourceManager.getProjectPolicy(project),
      set: (policy: Policy) => resourceManager.setProjectPolicy(project, policy),
      edit: (policy: Policy) => ({ ...policy, bindings: policy.bindings?.filter(({ role }) => !ours.has(role)) }),
    },
    {
      resource: `gs://${name}`,
      get: () => buckets.getPolicy(name),
      set: (policy: Policy) => buckets.setPolicy(name, policy),
      edit: (policy: Policy) => reconcile(policy, [], installationAccounts(project).map(memberOf)),
    },
  ];
  const there = places.filter(({ resource }) => bucket || !resource.startsWith("gs://"));
  const policies = await Promise.all(there.map(({ get }) => get()));
  return there
    .filter(({ resource, edit }, index) => policyChange(resource, policies[index] ?? {}, edit))
    .map(({ resource, get, set, edit }) => ({
      resource,
      remove: async () => void (await editPolicy({ get, set }, edit)),
    }));
}

async function findRoles({ roles }: Clients, { project }: Target): Promise<readonly Removal[]> {
  const names = await listOwnRoles(roles, project);
  return names.map((name) => ({ resource: name, remove: () => deleteRole(roles, name) }));
}

/** A role that is deleted already cannot be deleted, and is not absent either. */
async function deleteRole(roles: Clients["roles"], name: string): Promise<void> {
  try {
    await roles.deleteRole(name);
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.code === "FAILED_PRECONDITION")) throw caught;
    if (!(await roles.getRole(name))?.deleted) throw caught;
  }
}

async function findAccounts({ iam }: Clients, target: Target): Promise<readonly Removal[]> {
  const all = (await present(iam.listAccounts(`projects/${target.project}`))) ?? [];
  return own(all, target).map((name) => ({ resource: name, remove: () => iam.deleteAccount(name) }));
}

async function findBucket({ buckets }: Clients, target: Target): Promise<readonly Removal[]> {
  const name = installationName(target.project);
  const found = await present(buckets.getBucket(name));
  if (found?.projectNumber !== target.projectNumber || !isOwn(found, target)) return [];
  const remove = async () => {
    const versions = await buckets.listVersions(name);
    // Google takes about one change a second of the same object, so its versions go one after the other.
    const objects = [...Map.groupBy(versions, (version) => version.name).values()];
    await inTurns(objects, 16, async (ofObject) => {
      for (const version of ofObject) await persist(isBusy, () => buckets.deleteVersion(name, version));
    });
    await buckets.deleteBucket(name);
  };
  return [{ resource: `gs://${name}`, remove }];
}

/** Somebody else changes it at this moment, such as Google itself, or it was changed too often in one. */
export function isBusy({ code }: ApiError): boolean {
  return code === "ABORTED" || code === "UNAVAILABLE" || code === "RESOURCE_EXHAUSTED";
}

/** Names of what bears the mark of the installation and of none of its environments. */
function own(
  resources: readonly (Parameters<typeof isOwn>[0] & { readonly name?: string })[],
  target: Target,
): readonly string[] {
  const isOfEnvironment = (labels: Readonly<Record<string, string>> = {}) => labels[environmentLabel] !== undefined;
  return resources
    .filter((resource) => isOwn(resource, target) && !isOfEnvironment(resource.labels))
    .flatMap(({ name }) => name ?? []);
}

async function ended(wait: (operation: Operation) => Promise<void>, started: Promise<Operation>): Promise<void> {
  await wait(await started);
}

function locationOf({ project, region }: Target): string {
  return `projects/${project}/locations/${region}`;
}

/** Does a piece of work for each item, so many at a time. */
async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
