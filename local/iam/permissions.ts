import type { PermissionRule, PermissionTable } from "../api.ts";

const service = "google.iam.admin.v1.IAM";

const on = (permission: string, resource: string): readonly PermissionRule[] => [
  { permission: `iam.${permission}`, resource },
];

/** @see https://cloud.google.com/iam/docs/audit-logging#audited_operations */
export const permissions: PermissionTable = {
  [`${service}.ListServiceAccounts`]: on("serviceAccounts.list", "{name}"),
  [`${service}.GetServiceAccount`]: on("serviceAccounts.get", "{name}"),
  [`${service}.CreateServiceAccount`]: on("serviceAccounts.create", "{name}"),
  [`${service}.UpdateServiceAccount`]: on("serviceAccounts.update", "{name}"),
  [`${service}.PatchServiceAccount`]: on("serviceAccounts.update", "{serviceAccount.name}"),
  [`${service}.DeleteServiceAccount`]: on("serviceAccounts.delete", "{name}"),
  [`${service}.UndeleteServiceAccount`]: on("serviceAccounts.undelete", "{name}"),
  [`${service}.EnableServiceAccount`]: on("serviceAccounts.enable", "{name}"),
  [`${service}.DisableServiceAccount`]: on("serviceAccounts.disable", "{name}"),
  [`${service}.ListServiceAccountKeys`]: on("serviceAccountKeys.list", "{name}"),
  [`${service}.GetServiceAccountKey`]: on("serviceAccountKeys.get", "{name}"),
  [`${service}.CreateServiceAccountKey`]: on("serviceAccountKeys.create", "{name}"),
  [`${service}.UploadServiceAccountKey`]: on("serviceAccountKeys.create", "{name}"),
  [`${service}.DeleteServiceAccountKey`]: on("serviceAccountKeys.delete", "{name}"),
  [`${service}.DisableServiceAccountKey`]: on("serviceAccountKeys.disable", "{name}"),
  [`${service}.EnableServiceAccountKey`]: on("serviceAccountKeys.enable", "{name}"),
  [`${service}.SignBlob`]: on("serviceAccounts.signBlob", "{name}"),
  [`${service}.SignJwt`]: on("serviceAccounts.signJwt", "{name}"),
  [`${service}.GetIamPolicy`]: on("serviceAccounts.getIamPolicy", "{resource}"),
  [`${service}.SetIamPolicy`]: on("serviceAccounts.setIamPolicy", "{resource}"),
  [`${service}.TestIamPermissions`]: { open: "asks what the caller may do" },
  [`${service}.QueryGrantableRoles`]: { open: "tells nothing about the resource but its kind" },
  [`${service}.ListRoles`]: [
    { permission: "iam.roles.list", resource: "{parent}", when: ({ parent }) => parent !== undefined && parent !== "" },
  ],
  [`${service}.GetRole`]: [
    { permission: "iam.roles.get", resource: "{name}", when: ({ name }) => !String(name).startsWith("roles/") },
  ],
  [`${service}.CreateRole`]: on("roles.create", "{parent}"),
  [`${service}.UpdateRole`]: on("roles.update", "{name}"),
  [`${service}.DeleteRole`]: on("roles.delete", "{name}"),
  [`${service}.UndeleteRole`]: on("roles.undelete", "{name}"),
  [`${service}.QueryTestablePermissions`]: { open: "tells nothing about the resource but its kind" },
};
