import { randomUUID } from "node:crypto";
import { system } from "../access/principal.ts";
import { toApiError } from "../error.ts";
import type { GenerateUploadUrlResponse } from "../model/generated/functions.ts";
import type { FunctionsContext } from "./context.ts";

/**
 * `FunctionService.GenerateUploadUrl`: a signed URL for one PUT of a zip, into a bucket of Google's in the project.
 *
 * @param parent `projects/{project}/locations/{region}`
 */
export async function generateUploadUrl(
  { cloud }: FunctionsContext,
  parent: string,
): Promise<GenerateUploadUrlResponse> {
  const [, project = "", , region = ""] = parent.split("/");
  const { projectNumber } = cloud.projects.ensure(project);
  const bucket = `gcf-v2-uploads-${projectNumber}-${region}`;
  const object = `${randomUUID()}.zip`;
  await ensureBucket({ cloud, project, region, bucket });
  const agent = `service-${projectNumber}@gcf-admin-robot.iam.gserviceaccount.com`;
  const { token } = cloud.tokens.accessToken({ principal: system("gcf-admin-robot") });
  const query = new URLSearchParams({
    GoogleAccessId: agent,
    // Signed URLs are judged by their bearer's clock, like tokens: wall time.
    Expires: String(Math.floor(Date.now() / 1000) + 1800),
    Signature: token,
  });
  const uploadUrl = `https://storage.googleapis.com/${bucket}/${object}?${query}`;
  return { uploadUrl, storageSource: { bucket, object } };
}

interface Bucket {
  readonly cloud: FunctionsContext["cloud"];
  readonly project: string;
  readonly region: string;
  readonly bucket: string;
}

async function ensureBucket({ cloud, project, region, bucket }: Bucket): Promise<void> {
  const request = { project, bucket: { name: bucket, location: region } };
  try {
    await cloud.call("google.storage.v1.Buckets.Insert", request, system("gcf-admin-robot"));
  } catch (caught) {
    if (toApiError(caught).code !== "ALREADY_EXISTS" && toApiError(caught).httpStatus !== 409) throw caught;
  }
}
