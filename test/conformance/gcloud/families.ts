/** What gcloud does with a resource. */
export const verbs = ["create", "describe", "list", "update", "delete"] as const;

/** One of `verbs`. */
export type Verb = (typeof verbs)[number];

/** A kind of resource that the article's commands touch. */
export interface Family {
  /** Host of the API without its domain. */
  readonly api: string;
  /** Words between `gcloud` and the verb; those that the API's name says already are left out. */
  readonly command: string;
  /** Words that gcloud has in a verb's place, where they are not the verb. */
  readonly spelled?: Partial<Readonly<Record<Verb, readonly string[]>>>;
  /** Verbs that no command stands for, and why. */
  readonly without?: Partial<Readonly<Record<Verb, string>>>;
  /** Whether members are bound to roles on it. */
  readonly bindings?: boolean;
  /** What is done with it besides. */
  readonly besides?: readonly string[];
}

const noCommand = "gcloud has no such command";
const isKept = "what has run is kept as it was";
const ofOwner = "a project comes into being when its owner first names it, and stays";
const byApi = "functions are deployed through their API, from a source that gcloud would have to pack";

/**
 * The families of the article's commands: with their verbs they say which commands must be replayed.
 *
 * @see rows.ts
 */
export const families: readonly Family[] = [
  { api: "compute", command: "networks" },
  { api: "compute", command: "networks subnets", bindings: true },
  { api: "compute", command: "addresses" },
  { api: "compute", command: "firewall-rules" },
  { api: "compute", command: "instances" },
  {
    api: "servicenetworking",
    command: "vpc-peerings",
    spelled: { create: ["connect"] },
    without: { describe: noCommand },
  },
  {
    api: "serviceusage",
    command: "services",
    spelled: { create: ["enable"], list: ["list --enabled", "list --available"], delete: ["disable"] },
    without: { describe: noCommand, update: noCommand },
  },
  { api: "vpcaccess", command: "connectors" },
  { api: "alloydb", command: "clusters" },
  { api: "alloydb", command: "instances" },
  {
    api: "alloydb",
    command: "users",
    spelled: { update: ["set-password", "set-roles", "set-superuser"] },
    without: { describe: noCommand },
  },
  { api: "iam", command: "service-accounts", bindings: true },
  {
    api: "cloudresourcemanager",
    command: "projects",
    without: {
      create: ofOwner,
      list: "there are no folders and organisations to list it from",
      update: ofOwner,
      delete: ofOwner,
    },
    bindings: true,
  },
  { api: "secretmanager", command: "secrets", bindings: true },
  {
    api: "secretmanager",
    command: "secrets versions",
    spelled: { create: ["add"], update: ["disable", "enable"], delete: ["destroy"] },
    besides: ["access"],
  },
  { api: "artifactregistry", command: "artifacts repositories", bindings: true },
  {
    api: "cloudbuild",
    command: "builds",
    spelled: { create: ["submit"] },
    without: { update: isKept, delete: isKept },
  },
  {
    api: "run",
    command: "services",
    spelled: { create: ["replace", "deploy"] },
    bindings: true,
  },
  { api: "run", command: "revisions", without: { create: "a service makes them", update: isKept } },
  { api: "run", command: "jobs", bindings: true, besides: ["execute --wait"] },
  { api: "run", command: "jobs executions", without: { create: "a job makes them", update: isKept } },
  {
    api: "workflows",
    command: "workflows",
    spelled: { create: ["deploy"], update: ["deploy again"] },
  },
  {
    api: "workflowexecutions",
    command: "executions",
    spelled: { create: ["execute", "run"] },
    without: { update: isKept, delete: isKept },
    besides: ["wait", "cancel"],
  },
  { api: "pubsub", command: "topics", bindings: true, besides: ["publish"] },
  { api: "pubsub", command: "subscriptions", bindings: true, besides: ["pull --auto-ack"] },
  {
    api: "cloudscheduler",
    command: "jobs",
    spelled: { create: ["create http"], update: ["update http"] },
    besides: ["pause", "resume", "run"],
  },
  { api: "cloudfunctions", command: "functions", without: { create: byApi, update: byApi, delete: byApi } },
  { api: "storage", command: "buckets", bindings: true },
  { api: "storage", command: "objects", spelled: { create: ["cp"], delete: ["rm"] } },
];
