import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import { label } from "./arbitrary.ts";

/** A kind of resource: how it is made, read, changed and removed, and what its fields take. */
export interface Kind {
  readonly kind: string;
  /** Full method names. */
  readonly methods: { readonly create: string; readonly get: string; readonly patch: string; readonly delete: string };
  /** Requests, by the id of the resource. */
  readonly create: (id: string, resource: JsonObject) => JsonObject;
  readonly name: (id: string) => JsonObject;
  readonly patch: (id: string, resource: JsonObject, mask: string) => JsonObject;
  /** What every resource has. */
  readonly fixed: (id: string) => JsonObject;
  /** What may change, each with the values that it takes. */
  readonly fields: Readonly<Record<string, fc.Arbitrary<Json>>>;
  /** What stands in a field that is absent. */
  readonly defaults?: JsonObject;
  /** Fields that every change changes. */
  readonly volatile: readonly string[];
  /** Absent where a change has a mask; otherwise what is sent counts and the rest stays. */
  readonly hasMask: boolean;
  /** Ways to call it, where gRPC is not one of Google's. */
  readonly isRestOnly?: true;
  readonly ids: fc.Arbitrary<string>;
}

const parent = `projects/${testProject}`;
const location = `${parent}/locations/us-central1`;
const labels = fc.dictionary(label, label, { maxKeys: 3 }).map((value): Json => ({ ...value }));
const text = fc.stringMatching(/^[ -~é世]{0,40}$/);
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => `${value}s`);
const usualIds = fc.stringMatching(/^[a-z][a-z0-9-]{8,14}[a-z0-9]$/).filter((id) => !id.includes("--"));
const secretManager = "google.cloud.secretmanager.v1.SecretManagerService";
const publisher = "google.pubsub.v1.Publisher";
const subscriber = "google.pubsub.v1.Subscriber";
const registry = "google.devtools.artifactregistry.v1.ArtifactRegistry";
const scheduler = "google.cloud.scheduler.v1.CloudScheduler";
const workflows = "google.cloud.workflows.v1.Workflows";
const iam = "google.iam.admin.v1.IAM";
const firewalls = "google.cloud.compute.v1.Firewalls";
const buckets = "google.storage.v1.Buckets";
/** A topic that is there before. */
export const presentTopic = `${parent}/topics/present`;

/** The methods of a service that follow Google's rules of names. */
const standard = (service: string, noun: string) => ({
  create: `${service}.Create${noun}`,
  get: `${service}.Get${noun}`,
  patch: `${service}.Update${noun}`,
  delete: `${service}.Delete${noun}`,
});

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
    kind: "firewall rule",
    methods: {
      create: `${firewalls}.Insert`,
      get: `${firewalls}.Get`,
      patch: `${firewalls}.Patch`,
      delete: `${firewalls}.Delete`,
    },
    create: (id, rule) => ({ project: testProject, firewallResource: { ...rule, name: id } }),
    name: (id) => ({ project: testProject, firewall: id }),
    patch: (id, firewallResource) => ({ project: testProject, firewall: id, firewallResource }),
    fixed: () => ({
      network: "global/networks/present",
      allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    fields: {
      description: text.filter((value) => value !== ""),
      priority: fc.integer({ min: 1, max: 65_535 }),
      disabled: fc.constant(true),
      targetTags: fc
        .uniqueArray(label, { minLength: 1, maxLength: 3 })
        .map((value): Json => value.map((one) => one.replaceAll(/_|-$/g, "x"))),
    },
    defaults: { priority: 1000 },
    volatile: [],
    hasMask: false,
    isRestOnly: true,
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
];
