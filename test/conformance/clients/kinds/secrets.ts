import { type Kind, project, standardKind } from "../kind.ts";

/** Secrets of Secret Manager. */
export const secrets: Kind = standardKind({
  title: "secrets",
  service: "google.cloud.secretmanager.v1.SecretManagerService",
  noun: "Secret",
  parent: project,
  collection: "secrets",
  idField: "secretId",
  body: { replication: { automatic: {} }, labels: { team: "data" }, annotations: { note: "Kept as sent" } },
  changes: [
    {
      mask: "labels",
      body: { labels: { team: "web" }, annotations: { note: "not in the mask" } },
      gives: { labels: { team: "web" } },
    },
    { mask: "annotations,labels", body: { annotations: { other: "1" }, labels: { a: "b" } } },
    { mask: "version_destroy_ttl", body: { versionDestroyTtl: "86400s" } },
  ],
  frozen: [
    { mask: "replication", body: { replication: { userManaged: { replicas: [{ location: "us-east1" }] } } } },
    { mask: "no_such_field", body: {} },
  ],
  policies: true,
  role: "roles/secretmanager.secretAccessor",
  permission: "secretmanager.versions.access",
  etag: true,
});
