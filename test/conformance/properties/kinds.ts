import fc from "fast-check";
import type { Json } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import { presentSubscription, presentTopic } from "./ground.ts";
import { type Kind, labels, location, parent, seconds, standard, text, usualIds } from "./kind.ts";
import { networkKinds } from "./network-kinds.ts";
import { serviceKinds } from "./service-kinds.ts";

const secretManager = "google.cloud.secretmanager.v1.SecretManagerService";
const publisher = "google.pubsub.v1.Publisher";
const subscriber = "google.pubsub.v1.Subscriber";
const registry = "google.devtools.artifactregistry.v1.ArtifactRegistry";
const scheduler = "google.cloud.scheduler.v1.CloudScheduler";
const workflows = "google.cloud.workflows.v1.Workflows";
const iam = "google.iam.admin.v1.IAM";
const buckets = "google.storage.v1.Buckets";

const accountName = (id: string) => `${parent}/serviceAccounts/${id}@${testProject}.iam.gserviceaccount.com`;

/** Every kind that is made and changed without anything having to run for it. */
export const kinds: readonly Kind[] = [
  {
    kind: "secret",
    methods: standard(secretManager, "Secret"),
    create: (secretId, secret) => ({ parent, secretId, secret }),
    name: (id) => ({ name: `${parent}/secrets/${id}` }),
    patch: (id, secret, updateMask) => ({ secret: { ...secret, name: `${parent}/secrets/${id}` }, updateMask }),
    fixed: () => ({ replication: { automatic: {} } }),
    fields: { labels, annotations: labels, versionDestroyTtl: seconds(86_400, 900_000) },
    volatile: ["etag"],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "topic",
    methods: standard(publisher, "Topic"),
    create: (id, topic) => ({ ...topic, name: `${parent}/topics/${id}` }),
    name: (id) => ({ topic: `${parent}/topics/${id}` }),
    patch: (id, topic, updateMask) => ({ topic: { ...topic, name: `${parent}/topics/${id}` }, updateMask }),
    fixed: () => ({}),
    fields: { labels, messageRetentionDuration: seconds(600, 2_678_400) },
    volatile: [],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "subscription",
    methods: standard(subscriber, "Subscription"),
    create: (id, subscription) => ({ ...subscription, name: `${parent}/subscriptions/${id}` }),
    name: (id) => ({ subscription: `${parent}/subscriptions/${id}` }),
    patch: (id, sent, updateMask) => ({
      subscription: { ...sent, name: `${parent}/subscriptions/${id}`, topic: presentTopic },
      updateMask,
    }),
    fixed: () => ({ topic: presentTopic }),
    fields: {
      labels,
      ackDeadlineSeconds: fc.integer({ min: 10, max: 600 }),
      messageRetentionDuration: seconds(600, 604_800),
      retainAckedMessages: fc.boolean(),
    },
    defaults: { ackDeadlineSeconds: 10, messageRetentionDuration: "604800s" },
    volatile: [],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "repository",
    methods: standard(registry, "Repository"),
    create: (repositoryId, repository) => ({ parent: location, repositoryId, repository }),
    name: (id) => ({ name: `${location}/repositories/${id}` }),
    patch: (id, sent, updateMask) => ({ repository: { ...sent, name: `${location}/repositories/${id}` }, updateMask }),
    fixed: () => ({ format: "DOCKER" }),
    fields: { labels, description: text, cleanupPolicyDryRun: fc.boolean() },
    volatile: ["updateTime"],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "scheduler job",
    methods: standard(scheduler, "Job"),
    create: (id, job) => ({ parent: location, job: { ...job, name: `${location}/jobs/${id}` } }),
    name: (id) => ({ name: `${location}/jobs/${id}` }),
    patch: (id, job, updateMask) => ({ job: { ...job, name: `${location}/jobs/${id}` }, updateMask }),
    fixed: () => ({
      schedule: "0 3 * * *",
      timeZone: "Etc/UTC",
      httpTarget: { uri: "https://example.com/", httpMethod: "GET" },
    }),
    fields: { description: text, attemptDeadline: seconds(15, 1800) },
    defaults: { attemptDeadline: "180s" },
    volatile: ["userUpdateTime", "scheduleTime"],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "workflow",
    methods: standard(workflows, "Workflow"),
    create: (workflowId, workflow) => ({ parent: location, workflowId, workflow }),
    name: (id) => ({ name: `${location}/workflows/${id}` }),
    patch: (id, sent, updateMask) => ({ workflow: { ...sent, name: `${location}/workflows/${id}` }, updateMask }),
    fixed: () => ({ sourceContents: "main:\n  steps:\n    - end:\n        return: 1\n" }),
    fields: {
      labels,
      description: text,
      callLogLevel: fc.constantFrom("LOG_ALL_CALLS", "LOG_ERRORS_ONLY", "LOG_NONE"),
    },
    volatile: ["updateTime", "revisionId", "revisionCreateTime"],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "custom role",
    methods: standard(iam, "Role"),
    create: (roleId, role) => ({ parent, roleId, role }),
    name: (id) => ({ name: `${parent}/roles/${id}` }),
    patch: (id, role, updateMask) => ({ name: `${parent}/roles/${id}`, role, updateMask }),
    fixed: () => ({}),
    fields: {
      title: text,
      description: text,
      stage: fc.constantFrom("BETA", "GA", "DISABLED"),
      includedPermissions: fc
        .subarray(["run.jobs.get", "run.jobs.list", "run.jobs.run"])
        .map((value): Json => [...value].sort()),
    },
    volatile: ["etag"],
    hasMask: true,
    ids: fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_.]{9,20}$/),
  },
  {
    kind: "service account",
    methods: {
      create: `${iam}.CreateServiceAccount`,
      get: `${iam}.GetServiceAccount`,
      patch: `${iam}.PatchServiceAccount`,
      delete: `${iam}.DeleteServiceAccount`,
    },
    create: (accountId, serviceAccount) => ({ name: parent, accountId, serviceAccount }),
    name: (id) => ({ name: accountName(id) }),
    patch: (id, sent, updateMask) => ({ serviceAccount: { ...sent, name: accountName(id) }, updateMask }),
    fixed: () => ({}),
    fields: { displayName: text, description: text },
    volatile: ["etag"],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "snapshot",
    methods: standard(subscriber, "Snapshot"),
    create: (id, { labels: given }) => ({
      name: `${parent}/snapshots/${id}`,
      subscription: presentSubscription,
      ...(given ? { labels: given } : {}),
    }),
    name: (id) => ({ snapshot: `${parent}/snapshots/${id}` }),
    patch: (id, sent, updateMask) => ({ snapshot: { ...sent, name: `${parent}/snapshots/${id}` }, updateMask }),
    fixed: () => ({}),
    fields: { labels },
    volatile: [],
    hasMask: true,
    ids: usualIds,
  },
  {
    kind: "bucket",
    methods: {
      create: `${buckets}.Insert`,
      get: `${buckets}.Get`,
      patch: `${buckets}.Patch`,
      delete: `${buckets}.Delete`,
    },
    create: (id, resource) => ({ project: testProject, resource: { ...resource, name: id } }),
    name: (bucket) => ({ bucket }),
    patch: (bucket, resource) => ({ bucket, resource }),
    fixed: () => ({ location: "US-CENTRAL1" }),
    fields: {
      storageClass: fc.constantFrom("STANDARD", "NEARLINE", "COLDLINE"),
      versioning: fc.boolean().map((enabled): Json => ({ enabled })),
    },
    defaults: { storageClass: "STANDARD" },
    volatile: ["metageneration", "updated", "etag"],
    hasMask: false,
    isRestOnly: true,
    ids: usualIds,
  },
  ...networkKinds,
  ...serviceKinds,
];
