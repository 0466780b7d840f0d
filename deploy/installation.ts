import { type StepName, stepNames } from "../plan/step.ts";
import { steps } from "../plan/steps.ts";
import { accountEmail, functionId, installationAccountId, installationName } from "../spec/names.ts";

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
  /** Roles that it may grant on the project; those permissions come in a role of their own, under a condition. */
  readonly grants: readonly string[];
  /** Accounts of the installation that it may act as, by name. */
  readonly actAs: readonly string[];
  /** Predefined role on the installation's bucket. */
  readonly bucketRole?: "roles/storage.objectViewer" | "roles/storage.objectUser";
  /** Whether it pushes images into the installation's repository. */
  readonly pushesImages: boolean;
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
  readonly memory: "256M" | "512M";
}

/** APIs that the installation itself needs; those of an environment are its first step's business. */
export const installationApis = [
  "cloudresourcemanager",
  "iam",
  "serviceusage",
  "storage",
  "logging",
  "artifactregistry",
  "cloudbuild",
  "run",
  "cloudfunctions",
  "workflows",
  "workflowexecutions",
].map((name) => `${name}.googleapis.com`);

/** What an entry needs; steps declare theirs in `plan/steps`. */
interface EntryDeclaration {
  readonly name: string;
  readonly title: string;
  readonly permissions: readonly string[];
  readonly bucketRole: "roles/storage.objectUser";
  readonly invokers: readonly string[];
}

const entries: readonly EntryDeclaration[] = [
  {
    name: "request",
    title: "takes requests and starts executions",
    permissions: [
      "logging.logEntries.list",
      "resourcemanager.projects.get",
      "workflows.executions.create",
      "workflows.executions.get",
      "workflows.executions.list",
    ],
    bucketRole: "roles/storage.objectUser",
    invokers: ["sweep"],
  },
  {
    name: "lock",
    title: "holds an environment for one run",
    permissions: ["workflows.executions.get"],
    bucketRole: "roles/storage.objectUser",
    invokers: ["workflow"],
  },
  {
    name: "record",
    title: "writes the records of runs",
    permissions: [],
    bucketRole: "roles/storage.objectUser",
    invokers: ["workflow"],
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
    grants: [],
    actAs: [],
    pushesImages: false,
    ...rest,
  });
  return [
    ...steps.map(({ name, title, permissions }) =>
      account(name, {
        displayName: `alloyrun step ${name}: ${title}`,
        permissions: permissions.project,
        grants: permissions.grants ?? [],
        actAs: permissions.actAs ?? [],
        bucketRole: (permissions.bucket ?? []).length > 0 ? "roles/storage.objectViewer" : undefined,
      }),
    ),
    ...entries.map(({ name, title, permissions, bucketRole }) =>
      account(name, { displayName: `alloyrun: ${title}`, permissions, bucketRole }),
    ),
    account("workflow", {
      displayName: "alloyrun: runs the workflow and polls operations",
      permissions: ["logging.logEntries.create", ...pollingPermissions],
      bucketRole: "roles/storage.objectViewer",
    }),
    account("sweep", {
      displayName: "alloyrun: finishes deferred teardowns",
      permissions: ["logging.logEntries.create"],
      bucketRole: "roles/storage.objectViewer",
    }),
    account("build", {
      displayName: "alloyrun: builds images",
      permissions: ["logging.logEntries.create", ...buildPermissions],
      bucketRole: "roles/storage.objectViewer",
      pushesImages: true,
    }),
  ];
}

/** Cloud Build reads uploaded sources and pushes images; the repositories of environments are made after this account. */
const buildPermissions = [
  "artifactregistry.repositories.downloadArtifacts",
  "artifactregistry.repositories.get",
  "artifactregistry.repositories.uploadArtifacts",
  "artifactregistry.tags.create",
  "artifactregistry.tags.update",
  "storage.objects.get",
];

/** The functions of an installation: one a step, then the entries. */
export function installationFunctions(project: string): InstallationFunction[] {
  const email = (name: string) => accountEmail(project, installationAccountId(name));
  const stepFunctions = stepNames.map((name: StepName) => ({
    id: functionId(name),
    entry: `functions/steps/${functionId(name).replace("alloyrun-", "")}.ts`,
    account: email(name),
    invokers: ["workflow"],
    memory: "512M" as const,
  }));
  const entryFunctions = entries.map(({ name, invokers }) => ({
    id: functionId(name),
    entry: `functions/entry/${name}.ts`,
    account: email(name),
    invokers,
    memory: "512M" as const,
  }));
  return [...stepFunctions, ...entryFunctions];
}

/** Custom role of an account: `projects/{project}/roles/alloyrun_{account}`. */
export function roleName(project: string, account: string): string {
  return `projects/${project}/roles/alloyrun_${account}`;
}

/** Custom role with which an account grants the listed roles, and nothing else. */
export function grantsRoleName(project: string, account: string): string {
  return `${roleName(project, account)}_grants`;
}

/** The IAM condition that keeps an account from granting any other role. */
export function grantsCondition(roles: readonly string[]): { readonly title: string; readonly expression: string } {
  const list = roles.map((role) => `'${role}'`).join(", ");
  const expression = `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${list}])`;
  return { title: "alloyrun-grants", expression };
}

/** The label that marks everything of this installation that takes labels. */
export function installationLabels(project: string): Record<string, string> {
  return { "alloyrun-installation": installationName(project) };
}
