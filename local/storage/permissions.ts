import type { PermissionRule, PermissionTable } from "../api.ts";

const on = (verb: string, resource: string): readonly PermissionRule[] => [{ permission: `storage.${verb}`, resource }];
const bucket = "projects/_/buckets/{bucket}";
const object = "projects/_/buckets/{bucket}/objects/{object}";
const destination = "projects/_/buckets/{destinationBucket}/objects/{destinationObject}";

/** The name by which policies know an object. */
export function objectResource(bucketName: string, objectName: string): string {
  return `//storage.googleapis.com/projects/_/buckets/${bucketName}/objects/${objectName}`;
}

/** @see https://cloud.google.com/storage/docs/access-control/iam-json */
export const permissions: PermissionTable = {
  "google.storage.v1.Buckets.Insert": on("buckets.create", "projects/{project}"),
  "google.storage.v1.Buckets.Get": on("buckets.get", bucket),
  "google.storage.v1.Buckets.List": on("buckets.list", "projects/{project}"),
  "google.storage.v1.Buckets.GetStorageLayout": on("objects.list", bucket),
  "google.storage.v1.ManagedFolders.List": on("managedFolders.list", bucket),
  "google.storage.v1.Projects.GetServiceAccount": on("buckets.create", "projects/{projectId}"),
  "google.storage.v1.Buckets.Patch": on("buckets.update", bucket),
  "google.storage.v1.Buckets.Update": on("buckets.update", bucket),
  "google.storage.v1.Buckets.Delete": on("buckets.delete", bucket),
  "google.storage.v1.Buckets.GetIamPolicy": on("buckets.getIamPolicy", bucket),
  "google.storage.v1.Buckets.SetIamPolicy": on("buckets.setIamPolicy", bucket),
  "google.storage.v1.Buckets.TestIamPermissions": { open: "asks what the caller may do" },
  "google.storage.v1.Objects.Get": on("objects.get", object),
  "google.storage.v1.Objects.List": on("objects.list", bucket),
  "google.storage.v1.Objects.Patch": on("objects.update", object),
  "google.storage.v1.Objects.Update": on("objects.update", object),
  "google.storage.v1.Objects.Delete": on("objects.delete", object),
  "google.storage.v1.Objects.Copy": on("objects.create", destination),
  "google.storage.v1.Objects.Rewrite": on("objects.create", destination),
  "google.storage.v1.Objects.Compose": on("objects.create", destination),
};
