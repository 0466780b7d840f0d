import { expect } from "@jest/globals";
import type { Life } from "../life.ts";

const alloydb = "alloydb.googleapis.com/v1/projects/{project}/locations/us-central1/clusters";
const secrets = "secretmanager.googleapis.com/v1/projects/{project}/secrets";
const repositories = "artifactregistry.googleapis.com/v1/projects/{project}/locations/us-central1/repositories";
const storage = "storage.googleapis.com/storage/v1/b";
const labels = { "goog-terraform-provisioned": "true" };
const text = expect.any(String) as unknown as string;
const accessor = {
  role: "roles/secretmanager.secretAccessor",
  members: ["serviceAccount:deployer@{project}.iam.gserviceaccount.com"],
};

/** Databases, secrets, images and objects. */
export const dataLives: readonly Life[] = [
  {
    resource: "google_alloydb_cluster",
    create: [
      {
        send: `POST ${alloydb}?clusterId=main`,
        body: {
          clusterType: "PRIMARY",
          databaseVersion: "POSTGRES_16",
          initialUser: { password: "first-password", user: "postgres" },
          labels,
          networkConfig: { network: "projects/{project}/global/networks/net" },
        },
        wait: "operation",
      },
    ],
    read: `GET ${alloydb}/main`,
    imports: [
      "projects/{project}/locations/us-central1/clusters/main",
      "projects/{number}/locations/us-central1/clusters/main",
      "{project}/us-central1/main",
      "us-central1/main",
      "main",
    ],
    state: {
      name: "projects/{project}/locations/us-central1/clusters/main",
      clusterType: "PRIMARY",
      databaseVersion: "POSTGRES_16",
      labels,
      networkConfig: { network: "projects/{number}/global/networks/net" },
      state: "READY",
      uid: text,
    },
    absent: ["initialUser", "displayName", "annotations", "encryptionConfig"],
    update: [
      {
        send: `PATCH ${alloydb}/main?updateMask=displayName%2Clabels`,
        body: { displayName: "Main", labels: { ...labels, team: "a" } },
        wait: "operation",
      },
    ],
    updated: { displayName: "Main", labels: { ...labels, team: "a" } },
    remove: [{ send: `DELETE ${alloydb}/main`, wait: "operation" }],
  },
  {
    resource: "google_alloydb_instance",
    create: [
      {
        send: `POST ${alloydb}/main/instances?instanceId=primary`,
        body: { instanceType: "PRIMARY", labels, machineConfig: { cpuCount: 2 } },
        wait: "operation",
      },
    ],
    read: `GET ${alloydb}/main/instances/primary`,
    imports: [
      "projects/{project}/locations/us-central1/clusters/main/instances/primary",
      "projects/{number}/locations/us-central1/clusters/main/instances/primary",
      "{project}/us-central1/main/primary",
      "us-central1/main/primary",
    ],
    state: {
      instanceType: "PRIMARY",
      ipAddress: text,
      labels,
      machineConfig: { cpuCount: 2 },
      name: "projects/{project}/locations/us-central1/clusters/main/instances/primary",
      state: "READY",
    },
    absent: ["displayName", "gceZone", "databaseFlags", "annotations"],
    update: [
      {
        send: `PATCH ${alloydb}/main/instances/primary?updateMask=displayName`,
        body: { displayName: "Primary" },
        wait: "operation",
      },
    ],
    updated: { displayName: "Primary" },
    remove: [{ send: `DELETE ${alloydb}/main/instances/primary`, wait: "operation" }],
  },
  {
    resource: "google_alloydb_user",
    create: [
      {
        send: `POST ${alloydb}/main/users?userId=app`,
        body: { databaseRoles: ["alloydbsuperuser"], password: "app-password", userType: "ALLOYDB_BUILT_IN" },
      },
    ],
    read: `GET ${alloydb}/main/users/app`,
    imports: [
      "projects/{project}/locations/us-central1/clusters/main/users/app",
      "projects/{number}/locations/us-central1/clusters/main/users/app",
      "{project}/us-central1/main/app",
      "us-central1/main/app",
    ],
    state: {
      databaseRoles: ["alloydbsuperuser"],
      name: "projects/{project}/locations/us-central1/clusters/main/users/app",
      userType: "ALLOYDB_BUILT_IN",
    },
    absent: ["password"],
    // The provider writes a user by creating it once more.
    update: [
      {
        send: `POST ${alloydb}/main/users?userId=app`,
        body: { databaseRoles: [], password: "other-password", userType: "ALLOYDB_BUILT_IN" },
      },
    ],
    updated: { userType: "ALLOYDB_BUILT_IN" },
    remove: [{ send: `DELETE ${alloydb}/main/users/app` }],
  },
  {
    resource: "google_secret_manager_secret",
    create: [
      {
        send: `POST ${secrets}?secretId=password`,
        body: { labels, replication: { automatic: {} } },
        answer: { name: expect.stringMatching(/^projects\/\d+\/secrets\/password$/) as unknown as string },
      },
    ],
    read: `GET ${secrets}/password`,
    imports: [
      "projects/{project}/secrets/password",
      "projects/{number}/secrets/password",
      "{project}/password",
      "password",
    ],
    state: { labels, replication: { automatic: {} }, createTime: text },
    absent: ["annotations", "expireTime", "rotation", "topics", "versionAliases", "ttl", "versionDestroyTtl"],
    update: [
      {
        send: `PATCH ${secrets}/password?updateMask=annotations%2Clabels`,
        body: { annotations: { owner: "a" }, etag: "{read.etag}", labels: { ...labels, team: "a" } },
      },
    ],
    updated: { annotations: { owner: "a" }, labels: { ...labels, team: "a" } },
    remove: [{ send: `DELETE ${secrets}/password` }],
  },
  {
    resource: "google_secret_manager_secret_version",
    create: [
      {
        send: `POST ${secrets}/password:addVersion`,
        body: { payload: { data: "c2VjcmV0" } },
        answer: { name: expect.stringMatching(/^projects\/\d+\/secrets\/password\/versions\/1$/) as unknown as string },
      },
      { send: `GET ${secrets}/password/versions/1:access`, answer: { payload: { data: "c2VjcmV0" } } },
    ],
    read: `GET ${secrets}/password/versions/1`,
    imports: ["projects/{project}/secrets/password/versions/1", "projects/{number}/secrets/password/versions/1"],
    state: { state: "ENABLED", createTime: text },
    absent: ["destroyTime"],
    update: [
      { send: `POST ${secrets}/password/versions/1:disable`, body: {} },
      { send: `GET ${secrets}/password/versions/1`, answer: { state: "DISABLED" } },
      { send: `POST ${secrets}/password/versions/1:enable`, body: {} },
    ],
    updated: { state: "ENABLED" },
    remove: [{ send: `POST ${secrets}/password/versions/1:destroy`, body: {} }],
    gone: ({ state }) => state === "DESTROYED",
  },
  {
    resource: "google_secret_manager_secret_iam_member",
    create: [
      { send: `GET ${secrets}/password:getIamPolicy?options.requestedPolicyVersion=3` },
      { send: `POST ${secrets}/password:setIamPolicy`, body: { policy: { bindings: [accessor], version: 3 } } },
    ],
    read: `GET ${secrets}/password:getIamPolicy?options.requestedPolicyVersion=3`,
    imports: [
      "projects/{project}/secrets/password roles/secretmanager.secretAccessor serviceAccount:deployer@{project}.iam.gserviceaccount.com",
      "projects/{number}/secrets/password roles/secretmanager.secretAccessor serviceAccount:deployer@{project}.iam.gserviceaccount.com",
    ],
    state: { bindings: [accessor], etag: text },
    remove: [{ send: `POST ${secrets}/password:setIamPolicy`, body: { policy: { bindings: [], version: 3 } } }],
    gone: ({ bindings }) => bindings === undefined,
  },
  {
    resource: "google_artifact_registry_repository",
    create: [
      {
        send: `POST ${repositories}?repository_id=images`,
        body: { description: "images", format: "DOCKER", labels, mode: "STANDARD_REPOSITORY" },
        wait: "operation",
        answer: { name: "projects/{project}/locations/us-central1/repositories/images" },
      },
    ],
    read: `GET ${repositories}/images`,
    imports: [
      "projects/{project}/locations/us-central1/repositories/images",
      "projects/{number}/locations/us-central1/repositories/images",
      "{project}/us-central1/images",
      "us-central1/images",
      "images",
    ],
    state: {
      description: "images",
      format: "DOCKER",
      labels,
      mode: "STANDARD_REPOSITORY",
      createTime: text,
      updateTime: text,
    },
    absent: ["kmsKeyName", "cleanupPolicies", "mavenConfig", "remoteRepositoryConfig", "virtualRepositoryConfig"],
    update: [
      {
        send: `PATCH ${repositories}/images?updateMask=description%2Clabels`,
        body: { description: "all images", labels },
      },
    ],
    updated: { description: "all images", labels },
    remove: [{ send: `DELETE ${repositories}/images`, wait: "operation" }],
  },
  {
    resource: "google_storage_bucket",
    create: [
      {
        send: `POST ${storage}?project={project}&prettyPrint=false`,
        body: {
          iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
          labels,
          location: "US-CENTRAL1",
          name: "{project}-files",
          storageClass: "STANDARD",
          versioning: { enabled: true },
        },
      },
    ],
    read: `GET ${storage}/{project}-files?prettyPrint=false`,
    imports: ["{project}-files", "{project}/{project}-files"],
    state: {
      name: "{project}-files",
      id: "{project}-files",
      kind: "storage#bucket",
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
      labels,
      location: "US-CENTRAL1",
      storageClass: "STANDARD",
      versioning: { enabled: true },
      projectNumber: "{number}",
      selfLink: "https://www.googleapis.com/storage/v1/b/{project}-files",
    },
    absent: ["website", "cors", "lifecycle", "encryption", "retentionPolicy", "logging", "billing"],
    update: [
      {
        send: `PATCH ${storage}/{project}-files?prettyPrint=false`,
        body: { labels: { "goog-terraform-provisioned": null, team: "a" }, versioning: { enabled: false } },
      },
    ],
    updated: { labels: { team: "a" } },
    remove: [
      { send: `GET ${storage}/{project}-files/o?prettyPrint=false&versions=true` },
      { send: `DELETE ${storage}/{project}-files?prettyPrint=false`, status: 204 },
    ],
  },
  {
    resource: "google_storage_bucket_object",
    create: [
      {
        send: "POST storage.googleapis.com/upload/storage/v1/b/{project}-files/o?name=a%2Fb.txt&prettyPrint=false&uploadType=multipart",
        headers: { "content-type": "multipart/related; boundary=limit" },
        body: '--limit\r\nContent-Type: application/json\r\n\r\n{"bucket":"{project}-files","name":"a/b.txt","contentType":"text/plain"}\r\n--limit\r\nContent-Type: text/plain\r\n\r\nhello\r\n--limit--\r\n',
      },
    ],
    read: `GET ${storage}/{project}-files/o/a%2Fb.txt?prettyPrint=false`,
    imports: { none: "the provider has no importer of it" },
    state: {
      bucket: "{project}-files",
      contentType: "text/plain",
      crc32c: text,
      md5Hash: "XUFAKrxLKna5cZ2REBfFkg==",
      generation: text,
      name: "a/b.txt",
      size: "5",
      storageClass: "STANDARD",
    },
    absent: ["cacheControl", "contentDisposition", "contentEncoding", "kmsKeyName", "metadata"],
    remove: [{ send: `DELETE ${storage}/{project}-files/o/a%2Fb.txt?prettyPrint=false`, status: 204 }],
  },
];
