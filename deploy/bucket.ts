import type { Bucket, StorageBucketClient } from "../google/clients/storage-bucket.ts";
import { ApiError } from "../google/error.ts";
import { editPolicy, type Grant, type Policy } from "../google/policy.ts";
import { installationName } from "../spec/names.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import {
  bucketRoleName,
  type InstallationAccount,
  installationLabels,
  objectsCondition,
  type Target,
} from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";
import { type RoleNames, underNames } from "./roles.ts";

/** What keeps the content private and recoverable. */
const settings = {
  iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
  versioning: { enabled: true },
} as const;

/**
 * Ensures the installation's bucket: private, with uniform access and object versions, and each account's rights in it,
 * prefix by prefix.
 *
 * @throws ApiError ALREADY_EXISTS when a bucket of that name belongs to somebody else
 */
export async function ensureBucket(
  buckets: BucketClient,
  target: Target,
  accounts: readonly InstallationAccount[],
  names: RoleNames = new Map(),
): Promise<void> {
  const name = installationName(target.project);
  const change = bucketChange(target, await buckets.getBucket(name));
  if (change?.action === "create") {
    const place = { name, location: target.region.toUpperCase(), labels: installationLabels(target.project) };
    await buckets.createBucket(target.project, { ...place, ...settings });
  } else if (change) {
    await buckets.patchBucket(name, settings);
  }
  const access = {
    get: () => buckets.getPolicy(name),
    set: (policy: Policy) => buckets.setPolicy(name, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, grantsEdit(target, accounts, names)));
}

/** What `ensureBucket` would make and change. */
export async function planBucket(
  buckets: BucketClient,
  target: Target,
  accounts: readonly InstallationAccount[],
  names: RoleNames = new Map(),
): Promise<readonly InstallationChange[]> {
  const name = installationName(target.project);
  const change = bucketChange(target, await present(buckets.getBucket(name)));
  const policy = change?.action === "create" ? {} : ((await present(buckets.getPolicy(name))) ?? {});
  return found(change, policyChange(`gs://${name}`, policy, grantsEdit(target, accounts, names)));
}

/** What ensuring the bucket works with. */
export type BucketClient = Pick<
  StorageBucketClient,
  "getBucket" | "createBucket" | "patchBucket" | "getPolicy" | "setPolicy"
>;

/** What `ensureBucket` does to what was found; undefined when nothing. @throws ApiError ALREADY_EXISTS for a foreign one */
function bucketChange(target: Target, bucket: Bucket | undefined): InstallationChange | undefined {
  const name = installationName(target.project);
  const resource = `gs://${name}`;
  if (!bucket) return { kind: "bucket", action: "create", resource, differences: wantedSettings.map(plus) };
  demandOwn(bucket, target, name);
  const held = settingsOf(bucket);
  const differences = wantedSettings.filter((setting) => !held.includes(setting)).map(plus);
  return differences.length > 0 ? { kind: "bucket", action: "update", resource, differences } : undefined;
}

function grantsEdit(
  target: Target,
  accounts: readonly InstallationAccount[],
  names: RoleNames,
): (policy: Policy) => Policy {
  const usual = accounts.flatMap((account) => bucketGrants(target, account));
  const grants = underNames(usual, names);
  return (policy) => reconcile(policy, grants, accounts.map(memberOf));
}

/** A member that was created moments ago is not known everywhere yet. */
export function isUnknownMember(error: ApiError): boolean {
  return error.code === "INVALID_ARGUMENT" && /does not exist/.test(error.text);
}

/** Conditions on names do not hold for listing, so the role for that, which reads nothing, comes without one. */
function bucketGrants({ project }: Target, account: InstallationAccount): Grant[] {
  const member = memberOf(account);
  const { lists = false, ...access } = account.bucket;
  const under = (verb: keyof typeof access) =>
    (access[verb] ?? []).map((prefix) => ({
      ...{ role: bucketRoleName(project, verb), member },
      condition: objectsCondition(prefix.replace("/", ""), `${installationName(project)}/objects/${prefix}`),
    }));
  return [
    ...[...under("reads"), ...under("adds"), ...under("writes"), ...under("removes")],
    ...(lists ? [{ role: bucketRoleName(project, "lists"), member }] : []),
  ];
}

/** A bucket's settings, as far as they are ours, in words. */
function settingsOf({ iamConfiguration, versioning }: Bucket): readonly string[] {
  return [
    ...(iamConfiguration?.uniformBucketLevelAccess?.enabled === true ? ["uniform access"] : []),
    ...(iamConfiguration?.publicAccessPrevention === "enforced" ? ["no public access"] : []),
    ...(versioning?.enabled === true ? ["object versions"] : []),
  ];
}

const wantedSettings = settingsOf(settings);

function plus(line: string): string {
  return `+ ${line}`;
}

function demandOwn(bucket: Bucket, target: Target, name: string): void {
  const site = { method: "storage.buckets.get", resource: `gs://${name}` };
  if (bucket.projectNumber === target.projectNumber) {
    refuseForeign(bucket, target, { name: site.resource, method: site.method });
    return;
  }
  const text = "a bucket of this name belongs to another project; bucket names are shared by all of Google Cloud";
  throw new ApiError({ ...site, code: "ALREADY_EXISTS", text });
}
