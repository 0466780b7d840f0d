import { openAccountKeys } from "../access/account-keys.ts";
import { system } from "../access/principal.ts";
import { signBytes } from "../access/rsa-key.ts";
import { openIds, toUuid } from "../drawn-ids.ts";
import { toApiError } from "../error.ts";
import type { GenerateUploadUrlResponse } from "../model/generated/functions.ts";
import type { FunctionsContext } from "./context.ts";

/** Time for the upload, in the world: URLs are signed by its clock. */
const expiresMs = 30 * 60_000;

/** What an upload must be sent as, since the signature covers it. */
const contentType = "application/zip";

/**
 * `FunctionService.GenerateUploadUrl`: a signed URL for one PUT of a zip, into a bucket of Google's in the project that
 * comes into being with the first of them.
 *
 * @param parent `projects/{project}/locations/{region}`
 */
export async function generateUploadUrl(context: FunctionsContext, parent: string): Promise<GenerateUploadUrlResponse> {
  const { cloud } = context;
  const [, project = "", , region = ""] = parent.split("/");
  const { projectNumber } = cloud.projects.ensure(project);
  const bucket = `gcf-v2-uploads-${projectNumber}-${region}`;
  await ensureGoogleBucket(context, { project, bucket, region });
  const object = `${toUuid(openIds(cloud, "functions.uploads").draw(parent))}.zip`;
  return {
    uploadUrl: sign(
      context,
      `/${bucket}/${object}`,
      `service-${projectNumber}@gcf-admin-robot.iam.gserviceaccount.com`,
    ),
    storageSource: { bucket, object },
  };
}

/** Ensures a bucket that Cloud Functions keeps for itself in somebody's project. */
export async function ensureGoogleBucket(
  { cloud }: FunctionsContext,
  { project, bucket, region }: Readonly<Record<"project" | "bucket" | "region", string>>,
): Promise<void> {
  const iamConfiguration = { uniformBucketLevelAccess: { enabled: true } };
  const resource = { name: bucket, location: region, iamConfiguration };
  try {
    await cloud.call("google.storage.v1.Buckets.Insert", { project, resource }, system("gcf-admin-robot"));
  } catch (caught) {
    if (toApiError(caught).httpStatus !== 409) throw caught;
  }
}

/** Signs with the key that Google keeps for the agent of Cloud Functions. */
function sign({ cloud }: FunctionsContext, path: string, email: string): string {
  const expires = String(Math.floor((Date.now() + expiresMs) / 1000));
  const { privateKey } = openAccountKeys(cloud.store).managed({ email, uniqueId: email });
  const text = `PUT\n\n${contentType}\n${expires}\n${path}`;
  const signature = signBytes(privateKey, Buffer.from(text)).toString("base64");
  const query = new URLSearchParams({ GoogleAccessId: email, Expires: expires, Signature: signature });
  return `https://storage.googleapis.com${path}?${query}`;
}
