import type { StorageBucketClient } from "../google/clients/storage-bucket.ts";
import { ApiError } from "../google/error.ts";
import { installationName } from "../spec/names.ts";
import { present } from "./change.ts";
import type { Target } from "./installation.ts";
import { isOwn } from "./ownership.ts";

/**
 * Refuses another region than that of the project's installation: accounts, roles and topics are the project's, so that two
 * installations would take them from each other, and a removal in the wrong region would leave functions without theirs.
 *
 * @throws ApiError INVALID_ARGUMENT naming the region
 */
export async function demandRegion(buckets: Pick<StorageBucketClient, "getBucket">, target: Target): Promise<void> {
  const name = installationName(target.project);
  const location = await readRegion(buckets, target);
  if (location === undefined || location === target.region) return;
  throw new ApiError({
    method: "storage.buckets.get",
    resource: `gs://${name}`,
    code: "INVALID_ARGUMENT",
    text: `alloyrun is installed in ${location}, not in ${target.region}; name it with --region ${location}`,
  });
}

/**
 * The region of a project's installation, as its bucket tells; undefined where there is none.
 *
 * @throws ApiError PERMISSION_DENIED when whoever is logged in may not see the bucket
 */
export async function readRegion(
  buckets: Pick<StorageBucketClient, "getBucket">,
  { project }: Pick<Target, "project">,
): Promise<string | undefined> {
  const bucket = await present(buckets.getBucket(installationName(project)));
  return bucket && isOwn(bucket, { project }) ? bucket.location?.toLowerCase() : undefined;
}
