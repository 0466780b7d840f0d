import type { Bucket, StorageBucketClient } from "../google/clients/storage-bucket.ts";
import { ApiError } from "../google/error.ts";
import { editPolicy, type Grant } from "../google/policy.ts";
import { installationName } from "../spec/names.ts";
import { persist } from "./eventually.ts";
import { type InstallationAccount, installationLabels, objectsCondition, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";

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
  buckets: StorageBucketClient,
  target: Target,
  accounts: readonly InstallationAccount[],
): Promise<void> {
  const name = installationName(target.project);
  const found = await buckets.getBucket(name);
  if (!found) {
    const place = { name, location: target.region.toUpperCase(), labels: installationLabels(target.project) };
    await buckets.createBucket(target.project, { ...place, ...settings });
  } else {
    demandOwn(found, target, name);
    if (!hasSettings(found)) await buckets.patchBucket(name, settings);
  }
  const access = {
    get: () => buckets.getPolicy(name),
    set: (policy: Parameters<typeof buckets.setPolicy>[1]) => buckets.setPolicy(name, policy),
  };
  const grants = accounts.flatMap((account) => bucketGrants(name, account));
  await persist(isUnknownMember, () => editPolicy(access, (policy) => reconcile(policy, grants, accounts)));
}

/** A member that was created moments ago is not known everywhere yet. */
export function isUnknownMember(error: ApiError): boolean {
  return error.code === "INVALID_ARGUMENT" && /does not exist/.test(error.text);
}

/** Conditions on names do not hold for listing, so the role for that, which reads nothing, comes without one. */
function bucketGrants(bucket: string, account: InstallationAccount): Grant[] {
  const member = memberOf(account);
  const { reads = [], writes = [], lists = false } = account.bucket;
  const under = (role: string) => (prefix: string) => ({
    role,
    member,
    condition: objectsCondition(prefix.replace("/", ""), `${bucket}/objects/${prefix}`),
  });
  return [
    ...reads.map(under("roles/storage.objectViewer")),
    ...writes.map(under("roles/storage.objectUser")),
    ...(lists ? [{ role: "roles/storage.legacyBucketReader", member }] : []),
  ];
}

function hasSettings({ iamConfiguration, versioning }: Bucket): boolean {
  return (
    iamConfiguration?.uniformBucketLevelAccess?.enabled === true &&
    iamConfiguration.publicAccessPrevention === settings.iamConfiguration.publicAccessPrevention &&
    versioning?.enabled === true
  );
}

function demandOwn(found: Bucket, target: Target, name: string): void {
  const site = { method: "storage.buckets.get", resource: `gs://${name}` };
  if (found.projectNumber === target.projectNumber) {
    refuseForeign(found, target, { name: site.resource, method: site.method });
    return;
  }
  const text = "a bucket of this name belongs to another project; bucket names are shared by all of Google Cloud";
  throw new ApiError({ ...site, code: "ALREADY_EXISTS", text });
}
