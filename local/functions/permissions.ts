import type { PermissionTable } from "../api.ts";

const v2 = "google.cloud.functions.v2.FunctionService";

/** @see https://cloud.google.com/functions/docs/reference/iam/permissions */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${v2}.GetFunction`]:         [{ permission: "cloudfunctions.functions.get", resource: "{name}" }],
  [`${v2}.ListFunctions`]:       [{ permission: "cloudfunctions.functions.list", resource: "{parent}" }],
  "google.cloud.functions.v1.CloudFunctionsService.ListFunctions": [{ permission: "cloudfunctions.functions.list", resource: "{parent}" }],
  [`${v2}.CreateFunction`]:      [{ permission: "cloudfunctions.functions.create", resource: "{parent}" }],
  [`${v2}.UpdateFunction`]:      [{ permission: "cloudfunctions.functions.update", resource: "{function.name}" }],
  [`${v2}.DeleteFunction`]:      [{ permission: "cloudfunctions.functions.delete", resource: "{name}" }],
  [`${v2}.GenerateUploadUrl`]:   [{ permission: "cloudfunctions.functions.sourceCodeSet", resource: "{parent}" }],
  [`${v2}.GenerateDownloadUrl`]: [{ permission: "cloudfunctions.functions.sourceCodeGet", resource: "{name}" }],
  [`${v2}.ListRuntimes`]:        { open: "answers what Google offers, the same for everybody" },
  "google.iam.v1.IAMPolicy.GetIamPolicy":       [{ permission: "cloudfunctions.functions.getIamPolicy", resource: "{resource}" }],
  "google.iam.v1.IAMPolicy.SetIamPolicy":       [{ permission: "cloudfunctions.functions.setIamPolicy", resource: "{resource}" }],
  "google.iam.v1.IAMPolicy.TestIamPermissions": { open: "answers what the caller may do" },
};
