import type { StorageBucketClient } from "../google/clients/storage-bucket.ts";
import { ApiError } from "../google/error.ts";
import { editPolicy, type Grant, withGrants } from "../google/policy.ts";
import { installationName } from "../spec/names.ts";
import { persist } from "./eventually.ts";
import { type InstallationAccount, installationLabels, type Target } from "./installation.ts";

/**
 * Ensures the installation's bucket: private, with uniform access and object versions, and the accounts that read or
 * write it.
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
  if (found && found.projectNumber !== target.projectNumber) throw foreignBucket(name);
  if (!found) {
    await buckets.createBucket(target.project, {
      name,
      location: target.region.toUpperCase(),
      labels: installationLabels(target.project),
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
      versioning: { enabled: true },
    });
  }
  const access = {
    get: () => buckets.getPolicy(name),
    set: (policy: Parameters<typeof buckets.setPolicy>[1]) => buckets.setPolicy(name, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, (policy) => withGrants(policy, bucketGrants(accounts))));
}

/** A member that was created moments ago is not known everywhere yet. */
export function isUnknownMember(error: ApiError): boolean {
  return error.code === "INVALID_ARGUMENT" && /does not exist/.test(error.text);
}

function bucketGrants(accounts: readonly InstallationAccount[]): Grant[] {
  return accounts.flatMap(({ email, bucketRole }) =>
    bucketRole ? [{ role: bucketRole, member: `serviceAccount:${email}` }] : [],
  );
}

function foreignBucket(name: string): ApiError {
  const text = "a bucket of this name belongs to another project; bucket names are shared by all of Google Cloud";
  return new ApiError({ method: "storage.buckets.get", resource: `gs://${name}`, code: "ALREADY_EXISTS", text });
}
