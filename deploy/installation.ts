import type { Grant } from "../google/policy.ts";
import { type LimitedPermissions, type StepName, stepNames } from "../plan/step.ts";
import { steps } from "../plan/steps.ts";
import { accountEmail, functionId, installationAccountId, installationName, passwordEndings } from "../spec/names.ts";

/** Where alloyrun is installed. */
export interface Target {
  readonly project: string;
  /** Decimal digits. */
  readonly projectNumber: string;
  readonly region: string;
}

/** One of the installation's own identities and all it is granted. */
export interface InstallationAccount {
  /** `step`, `entry` or role of the account in camel case, for example `readPool`. */
  readonly name: string;
  readonly email: string;
  readonly displayName: string;
  /** Permissions of its custom role on the project. */
  readonly permissions: readonly string[];
  /** Permissions that come in roles of their own, each under its condition. */
  readonly limited: readonly LimitedPermissions[];
  /** Accounts of the installation that it may act as, by name. */
  readonly actAs: readonly string[];
  /** What it may do in the installation's bucket. */
  readonly bucket: BucketAccess;
  /** Beginnings of names of Google's own buckets in the project, `<beginning>-<number>-<region>`, that it reads. */
  readonly readsUploads: readonly string[];
  /** Whether it pushes images into the installation's repository. */
  readonly pushesImages: boolean;
  /** Secrets of the installation that it may use. */
  readonly secrets: SecretAccess;
  /** Ids of the installation's topics whose policy it reads. */
  readonly readsPolicyOf: readonly string[];
}

/** Rights in secrets of webhooks and links: those of environments are granted secret by secret, when they are made. */
export interface SecretAccess {
  /** Whether it reads the values of secrets whose ids begin with `alloyrun-hook-`, but for passwords of environments. */
  readonly readsHooks?: boolean;
  /** Whether it reads the key of approval links. */
  readonly readsLinkKey?: boolean;
  /** Whether it draws that key. */
  readonly drawsLinkKey?: boolean;
}

/** Rights in the installation's bucket, by prefix of the objects' names. */
export interface BucketAccess {
  readonly reads?: readonly string[];
  /** Read and added to: what lies there is neither changed nor deleted. */
  readonly adds?: readonly string[];
  /** Read, written and deleted. */
  readonly writes?: readonly string[];
  /** Read and deleted. */
  readonly removes?: readonly string[];
  /**
   * Whether it sees the names of all objects: no prefix can limit that. Who may not is told that reading is forbidden even
   * where there is nothing to read.
   */
  readonly lists?: boolean;
}

/** One of the installation's functions. */
export interface InstallationFunction {
  /** Cloud Functions id, for example `alloyrun-read-pool`. */
  readonly id: string;
  /** Source file of the entry point, relative to the project's folder. */
  readonly entry: string;
  /** E-mail address of the account it runs as. */
  readonly account: string;
  /** Accounts that may call it, by name. */
  readonly invokers: readonly string[];
  /** Whether anybody may call it, and it is there only where that is asked for. */
  readonly isPublic: boolean;
  readonly memory: "256M" | "512M";
}

/** APIs that the installation itself needs; those of an environment are its first step's business. */
export const installationApis = [
  "cloudresourcemanager",
  "iam",
  "serviceusage",
  "cloudbilling",
  "storage",
  "logging",
  "artifactregistry",
  "cloudbuild",
  "run",
  "cloudfunctions",
  "workflows",
  "workflowexecutions",
  "pubsub",
  "cloudscheduler",
  "secretmanager",
].map((name) => `${name}.googleapis.com`);

/** What an entry needs; steps declare theirs in `plan/steps`. */
interface EntryDeclaration {
  readonly name: string;
  readonly title: string;
  readonly permissions: readonly string[];
  readonly bucket: BucketAccess;
  readonly invokers: readonly string[];
  readonly secrets?: SecretAccess;
  readonly readsPolicyOf?: readonly string[];
  readonly isPublic?: boolean;
}

const entries: readonly EntryDeclaration[] = [
  {
    name: "request",
    title: "takes requests and starts executions",
    permissions: [
      "logging.logEntries.list",
      "pubsub.topics.publish",
      "resourcemanager.projects.getIamPolicy",
      "workflows.callbacks.send",
      "workflows.executions.cancel",
      "workflows.executions.create",
      "workflows.executions.get",
    ],
    bucket: {
      reads: ["specs/", "locks/", "teardowns/"],
      adds: ["plans/", "runs/"],
      writes: ["approvals/", "chains/", "environments/", "freezes/", "open/", "requests/"],
      lists: true,
    },
    invokers: ["sweep", "scheduler", "push", "hook"],
    readsPolicyOf: ["alloyrun-requests"],
  },
  {
    name: "plan",
    title: "decides what a run is about",
    permissions: [],
    bucket: {
      reads: ["chains/", "environments/", "requests/", "seeds/", "specs/"],
      adds: ["plans/"],
      writes: ["approvals/"],
      lists: true,
    },
    invokers: ["workflow"],
  },
  {
    name: "lock",
    title: "holds an environment for one run",
    permissions: ["workflows.executions.get"],
    bucket: {
      reads: ["chains/", "freezes/"],
      writes: ["locks/", "queues/", "requests/", "specs/", "environments/"],
      removes: ["teardowns/"],
      lists: true,
    },
    invokers: ["workflow"],
  },
  {
    name: "record",
    title: "writes the records of runs",
    permissions: [],
    bucket: {
      reads: ["approvals/", "locks/", "plans/", "requests/"],
      adds: ["runs/"],
      writes: ["chains/", "environments/", "teardowns/"],
      lists: true,
    },
    invokers: ["workflow"],
  },
  {
    name: "events",
    title: "delivers events to webhooks",
    permissions: [],
    bucket: { reads: ["approvals/", "requests/", "specs/"], lists: true },
    invokers: ["push"],
    secrets: { readsHooks: true, readsLinkKey: true, drawsLinkKey: true },
  },
  {
    name: "hook",
    title: "takes signed tickets and approval links from outside",
    permissions: [],
    bucket: { reads: ["approvals/", "plans/", "requests/", "specs/"], lists: true },
    invokers: [],
    secrets: { readsHooks: true, readsLinkKey: true },
    isPublic: true,
  },
];

/** Everything that polls an operation on the workflow's behalf, from the steps' declarations. */
const pollingPermissions = [...new Set(steps.flatMap((step) => step.permissions.operations ?? []))].sort();

/** The identities of an installation, in the order in which people read them. */
export function installationAccounts(project: string): InstallationAccount[] {
  const account = (
    name: string,
    rest: Partial<InstallationAccount> & { displayName: string },
  ): InstallationAccount => ({
    name,
    email: accountEmail(project, installationAccountId(name)),
    permissions: [],
    limited: [],
    actAs: [],
    bucket: {},
    readsUploads: [],
    pushesImages: false,
    secrets: {},
    readsPolicyOf: [],
    ...rest,
  });
  return [
    ...steps.map(({ name, title, permissions }) =>
      account(name, {
        displayName: `alloyrun step ${name}: ${title}`,
        permissions: permissions.project,
        limited: permissions.limited ?? [],
        actAs: permissions.actAs ?? [],
        bucket: { reads: permissions.bucket ?? [] },
      }),
    ),
    ...entries.map(({ name, title, permissions, bucket, secrets = {}, readsPolicyOf = [] }) =>
      account(name, { displayName: `alloyrun: ${title}`, permissions, bucket, secrets, readsPolicyOf }),
    ),
    account("workflow", {
      displayName: "alloyrun: runs the workflow and polls operations",
      permissions: ["logging.logEntries.create", "pubsub.topics.publish", ...pollingPermissions],
      bucket: { reads: ["plans/"] },
    }),
    account("sweep", {
      displayName: "alloyrun: finishes deferred teardowns",
      permissions: ["logging.logEntries.create"],
      bucket: { lists: true },
    }),
    account("scheduler", { displayName: "alloyrun: asks for what is scheduled" }),
    account("push", { displayName: "alloyrun: brings the messages of topics" }),
    account("build", {
      displayName: "alloyrun: builds images",
      permissions: ["logging.logEntries.create", ...buildPermissions],
      bucket: { reads: ["sources/"] },
      readsUploads: ["gcf-v2-uploads", "gcf-v2-sources"],
      pushesImages: true,
    }),
  ];
}

/** Cloud Build pushes images; the repositories of environments are made after this account. */
const buildPermissions = [
  "artifactregistry.repositories.downloadArtifacts",
  "artifactregistry.repositories.uploadArtifacts",
  "artifactregistry.tags.create",
  "artifactregistry.tags.update",
];

/** The functions of an installation: one a step, then the entries. */
export function installationFunctions(project: string): InstallationFunction[] {
  const email = (name: string) => accountEmail(project, installationAccountId(name));
  const stepFunctions = stepNames.map((name: StepName) => ({
    id: functionId(name),
    entry: `functions/steps/${functionId(name).replace("alloyrun-", "")}.ts`,
    account: email(name),
    invokers: ["workflow"],
    isPublic: false,
    memory: "512M" as const,
  }));
  const entryFunctions = entries.map(({ name, invokers, isPublic = false }) => ({
    id: functionId(name),
    entry: `functions/entry/${name}.ts`,
    account: email(name),
    invokers,
    isPublic,
    memory: "512M" as const,
  }));
  return [...stepFunctions, ...entryFunctions];
}

/** Custom role of an account: `projects/{project}/roles/alloyrun_{account}`. */
export function roleName(project: string, account: string): string {
  return `projects/${project}/roles/alloyrun_${account}`;
}

/** Custom role of what accounts do with objects of the bucket; it is bound account by account and prefix by prefix. */
export function bucketRoleName(project: string, verb: keyof BucketAccess): string {
  return roleName(project, `bucket_${verb}`);
}

/** Custom role of permissions that an account has under a condition. */
export function limitedRoleName(project: string, account: string, of: LimitedPermissions["of"]): string {
  return `${roleName(project, account)}_${of}`;
}

/** Custom role with which an account reads objects in Google's own buckets that it names. */
export function uploadsRoleName(project: string, account: string): string {
  return `${roleName(project, account)}_uploads`;
}

/** Custom roles with which an account uses the secrets of webhooks, and the key of approval links. */
export function secretRoleName(project: string, account: string, kind: "hooks" | "linkKey"): string {
  return `${roleName(project, account)}_${kind}`;
}

/** Custom role with which an account reads the policies of topics, granted on each of them. */
export function topicsRoleName(project: string, account: string): string {
  return `${roleName(project, account)}_topics`;
}

/** The IAM condition that keeps a role to one secret and its versions. */
export function secretCondition(title: string, id: string): NonNullable<Grant["condition"]> {
  return { title: `alloyrun-${title}`, expression: `${secretPlace} == "${id}" || ${secretPlace}.startsWith("${id}/")` };
}

/** The IAM condition that keeps a role to what lies in buckets and under names that begin so: `{bucket}/objects/{name}`. */
export function objectsCondition(title: string, beginning: string): NonNullable<Grant["condition"]> {
  return { title: `alloyrun-${title}`, expression: `resource.name.startsWith("projects/_/buckets/${beginning}")` };
}

/**
 * The IAM condition of permissions that are limited: no role but those listed is given or taken with them, and only secrets
 * that are meant are changed. Google evaluates the former for IAM, Cloud Run, Secret Manager and the project, and names of
 * resources for secrets alone.
 *
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
export function limitingCondition({ of, grants, secrets }: LimitedPermissions): NonNullable<Grant["condition"]> {
  const list = grants?.map((role) => `'${role}'`).join(", ");
  const parts = [
    ...(secrets ? [limitedSecrets[secrets]] : []),
    ...(list ? [`api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${list}])`] : []),
  ];
  return { title: `alloyrun-${of}`, expression: parts.join(" && ") };
}

/** Begins with the secret's id; Google names secrets by the project's number. */
const secretPlace = 'resource.name.extract("/secrets/{id}")';

/**
 * The IAM condition that keeps a role to versions of secrets that are for webhooks: never to a password of an environment's,
 * whatever that is called.
 */
export const hooksCondition: NonNullable<Grant["condition"]> = {
  title: "alloyrun-hooks",
  expression: [
    `${secretPlace}.startsWith("alloyrun-hook-")`,
    ...passwordEndings.map((end) => `!resource.name.extract("/secrets/{id}/versions/").endsWith("${end}")`),
  ].join(" && "),
};

/** The two passwords of environments, by how their ids begin and end; and what specs may name, which begins otherwise. */
const limitedSecrets: Readonly<Record<NonNullable<LimitedPermissions["secrets"]>, string>> = {
  passwords:
    `${secretPlace}.startsWith("alloyrun-") && ` +
    `(${passwordEndings.map((end) => `resource.name.endsWith("${end}")`).join(" || ")})`,
  users: `${secretPlace} != "" && !${secretPlace}.startsWith("alloyrun-")`,
};

/** The label that marks everything of this installation that takes labels. */
export function installationLabels(project: string): Record<string, string> {
  return { "alloyrun-installation": installationName(project) };
}
