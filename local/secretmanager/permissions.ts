import type { PermissionRule, PermissionTable } from "../api.ts";

const service = "google.cloud.secretmanager.v1.SecretManagerService";

const on = (permission: string, resource: string): readonly PermissionRule[] => [
  { permission: `secretmanager.${permission}`, resource },
];

/** @see https://cloud.google.com/secret-manager/docs/access-control */
export const permissions: PermissionTable = {
  [`${service}.ListSecrets`]: on("secrets.list", "{parent}"),
  [`${service}.CreateSecret`]: on("secrets.create", "{parent}"),
  [`${service}.AddSecretVersion`]: on("versions.add", "{parent}"),
  [`${service}.GetSecret`]: on("secrets.get", "{name}"),
  [`${service}.UpdateSecret`]: on("secrets.update", "{secret.name}"),
  [`${service}.DeleteSecret`]: on("secrets.delete", "{name}"),
  [`${service}.ListSecretVersions`]: on("versions.list", "{parent}"),
  [`${service}.GetSecretVersion`]: on("versions.get", "{name}"),
  [`${service}.AccessSecretVersion`]: on("versions.access", "{name}"),
  [`${service}.DisableSecretVersion`]: on("versions.disable", "{name}"),
  [`${service}.EnableSecretVersion`]: on("versions.enable", "{name}"),
  [`${service}.DestroySecretVersion`]: on("versions.destroy", "{name}"),
  [`${service}.SetIamPolicy`]: on("secrets.setIamPolicy", "{resource}"),
  [`${service}.GetIamPolicy`]: on("secrets.getIamPolicy", "{resource}"),
  [`${service}.TestIamPermissions`]: { open: "asks what the caller may do" },
  [`${service}.EnableManagedRotation`]: on("secrets.update", "{parent}"),
  [`${service}.RotateSecret`]: on("versions.add", "{parent}"),
};
