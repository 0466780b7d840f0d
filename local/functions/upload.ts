import { randomBytes, randomUUID } from "node:crypto";
import type { GenerateUploadUrlResponse } from "../model/generated/functions.ts";
import type { FunctionsContext } from "./context.ts";

/** Time for the upload, on the clock. */
const expiresMs = 30 * 60_000;

/**
 * `FunctionService.GenerateUploadUrl`: a signed URL for one PUT of a zip, into a bucket of Google's in the project that
 * Cloud Storage makes for the first of them.
 *
 * @param parent `projects/{project}/locations/{region}`
 */
export function generateUploadUrl({ cloud }: FunctionsContext, parent: string): GenerateUploadUrlResponse {
  const [, project = "", , region = ""] = parent.split("/");
  const { projectNumber } = cloud.projects.ensure(project);
  const bucket = `gcf-v2-uploads-${projectNumber}-${region}`;
  const object = `${randomUUID()}.zip`;
  const query = new URLSearchParams({
    GoogleAccessId: `service-${projectNumber}@gcf-admin-robot.iam.gserviceaccount.com`,
    Expires: String(Math.floor((cloud.clock.now() + expiresMs) / 1000)),
    Signature: randomBytes(32).toString("base64url"),
  });
  return {
    uploadUrl: `https://storage.googleapis.com/${bucket}/${object}?${query}`,
    storageSource: { bucket, object },
  };
}
