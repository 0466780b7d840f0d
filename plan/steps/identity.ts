import { expectedSeconds } from "../../spec/expected.ts";
import { accountEmail, installationAccountId, type Ownership, ownershipOf, secretId } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { PlanContext, StepDeclaration } from "../step.ts";

/** What `identity` is told. */
export interface IdentityInput {
  readonly project: string;
  /** Account that the service runs as. */
  readonly serviceAccount: AccountInput;
  /** Account that the seed job runs as. */
  readonly seedAccount: AccountInput;
  readonly adminSecret: SecretInput;
  /** Absent when the application logs in by IAM. */
  readonly applicationSecret?: SecretInput;
  /** Secrets of the user's that the service reads; only the grants on them are made. */
  readonly foreignSecrets: readonly ForeignSecretInput[];
  readonly ownership: Ownership;
}

/** One runtime account and everything that is granted to it and on it. */
export interface AccountInput {
  /** `projects/{project}/serviceAccounts/{email}` */
  readonly name: string;
  readonly email: string;
  readonly displayName: string;
  /** Roles of the account on the project. */
  readonly projectRoles: readonly ProjectRole[];
  /** Members (`serviceAccount:…`) that get `roles/iam.serviceAccountUser` on just this account. */
  readonly actors: readonly string[];
}

/** A role on the project, possibly under a condition. */
interface ProjectRole {
  readonly role: string;
  readonly condition?: { readonly title: string; readonly expression: string };
}

/** A secret and the grants on just this secret. */
export interface SecretInput {
  /** `projects/{project}/secrets/{secret}` */
  readonly name: string;
  readonly grants: readonly { readonly role: string; readonly members: readonly string[] }[];
}

/** A secret of the user's, and where the spec names which version of it; plans of an earlier version do not tell. */
export interface ForeignSecretInput extends SecretInput {
  readonly uses?: readonly { readonly variable: string; readonly version: number }[];
}

/** What `identity` gives to later steps; accounts as e-mail addresses, secrets as `projects/{project}/secrets/{secret}`. */
export interface IdentityOutput {
  readonly serviceAccount: string;
  readonly seedAccount: string;
  readonly adminSecret: string;
  readonly applicationSecret?: string;
}

const actor = "roles/iam.serviceAccountUser";
const accessor = "roles/secretmanager.secretAccessor";
const versionManager = "roles/secretmanager.secretVersionManager";

/** Roles that runtime accounts have on the project. */
export const runtimeRoles: readonly string[] = [
  "roles/alloydb.client",
  "roles/alloydb.databaseUser",
  "roles/serviceusage.serviceUsageConsumer",
  "roles/storage.objectViewer",
];

/** Title of the condition under which the seed's account reads objects. */
export const seedsCondition = "alloyrun-seeds";

/**
 * Ensures the two runtime accounts with their roles, the empty secrets with their policies, and that just the steps
 * that need it may act as just these accounts.
 *
 * @see https://cloud.google.com/run/docs/securing/service-identity
 */
export const identityStep: StepDeclaration<IdentityInput, IdentityOutput> = {
  name: "identity",
  title: "Runtime accounts and secrets",
  input: (spec, context) => ({
    project: spec.project,
    serviceAccount: serviceAccount(spec),
    seedAccount: seedAccount(spec, context),
    adminSecret: password(spec, "admin-password"),
    applicationSecret: spec.database.login.auth === "password" ? password(spec, "application-password") : undefined,
    foreignSecrets: foreignSecrets(spec),
    ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
  }),
  needs: ["services"],
  permissions: {
    project: [
      "iam.serviceAccounts.create",
      "iam.serviceAccounts.delete",
      "iam.serviceAccounts.get",
      "iam.serviceAccounts.getIamPolicy",
      "resourcemanager.projects.getIamPolicy",
      "secretmanager.secrets.create",
      "secretmanager.secrets.get",
      "secretmanager.secrets.getIamPolicy",
      "secretmanager.versions.get",
    ],
    limited: [
      {
        of: "grants",
        permissions: ["resourcemanager.projects.setIamPolicy"],
        grants: runtimeRoles,
      },
      // Conditions cannot tell accounts apart, only what is granted on them.
      { of: "actors", permissions: ["iam.serviceAccounts.setIamPolicy"], grants: [actor] },
      {
        of: "secrets",
        permissions: [
          "secretmanager.secrets.delete",
          "secretmanager.secrets.setIamPolicy",
          "secretmanager.secrets.update",
        ],
        grants: [accessor, versionManager],
        secrets: "passwords",
      },
      {
        of: "userSecrets",
        permissions: ["secretmanager.secrets.setIamPolicy"],
        grants: [accessor],
        secrets: "users",
      },
    ],
    bucket: ["locks/"],
  },
  removes: ({ serviceAccount, seedAccount, adminSecret, applicationSecret, foreignSecrets }) => [
    ...[serviceAccount, seedAccount, adminSecret, ...(applicationSecret ? [applicationSecret] : [])].map(
      ({ name }) => name,
    ),
    ...foreignSecrets.flatMap(({ name, grants }) =>
      grants.flatMap(({ role, members }) => members.map((member) => `${role} of ${member} on ${name}`)),
    ),
  ],
  expectedSeconds: () => expectedSeconds.identity,
  costPerDay: ({ applicationSecret }, { secretVersionMonth }) =>
    ((applicationSecret ? 2 : 1) * secretVersionMonth) / 30.4,
};

function serviceAccount(spec: Spec): AccountInput {
  const roles = ["roles/alloydb.client", "roles/serviceusage.serviceUsageConsumer"];
  if (spec.database.login.auth === "iam") roles.push("roles/alloydb.databaseUser");
  return account(spec, {
    id: spec.identity.serviceAccount,
    displayName: `Service of ${spec.name}`,
    projectRoles: roles.map((role) => ({ role })),
    actors: actorsAs("service", spec.project),
  });
}

/**
 * The seed job logs in with a password over the private address. Of the project it needs its own files, the lock
 * that tells whether its run still holds the environment, and as a client of AlloyDB the authority that the server's
 * certificate is checked against.
 */
function seedAccount(spec: Spec, { installation }: PlanContext): AccountInput {
  const objects = `projects/_/buckets/${installation}/objects`;
  const expression = `resource.name.startsWith("${objects}/seeds/") || resource.name == "${objects}/locks/${spec.name}.json"`;
  return account(spec, {
    id: spec.identity.seedAccount,
    displayName: `Seed of ${spec.name}`,
    projectRoles: [
      { role: "roles/alloydb.client" },
      { role: "roles/storage.objectViewer", condition: { title: seedsCondition, expression } },
    ],
    actors: actorsAs("seed", spec.project),
  });
}

function account(
  { project }: Spec,
  { id, ...rest }: Pick<AccountInput, "displayName" | "projectRoles" | "actors"> & { readonly id: string },
): AccountInput {
  const email = accountEmail(project, id);
  return { name: `projects/${project}/serviceAccounts/${email}`, email, ...rest };
}

function password(spec: Spec, holds: Password): SecretInput {
  const { name, project, identity } = spec;
  return {
    name: `projects/${project}/secrets/${secretId(name, holds)}`,
    grants: passwordGrants({ project, ...identity }, holds),
  };
}

type Password = Parameters<typeof secretId>[1];

/**
 * Who reads and who writes a password of an environment's.
 *
 * @param serviceAccount id of the account that the service runs as
 * @param seedAccount id of the account that the seed job runs as
 */
export function passwordGrants(
  { project, serviceAccount: service, seedAccount: seed }: Spec["identity"] & Pick<Spec, "project">,
  holds: Password,
): SecretInput["grants"] {
  const member = (accountId: string) => accountMember({ project }, accountId);
  const step = (name: string) => member(installationAccountId(name));
  if (holds === "admin-password") {
    return [
      { role: accessor, members: [...["cluster", "instance", "retire"].map(step), member(seed)] },
      { role: versionManager, members: [step("cluster")] },
    ];
  }
  return [
    { role: accessor, members: [step("instance"), member(service), member(seed)] },
    { role: versionManager, members: [step("instance")] },
  ];
}

function foreignSecrets(spec: Spec): ForeignSecretInput[] {
  const members = [accountMember(spec, spec.identity.serviceAccount)];
  const named = Object.entries(spec.service.secrets);
  return [...new Set(named.map(([, { secret }]) => secret))].map((id) => ({
    name: `projects/${spec.project}/secrets/${id}`,
    grants: [{ role: accessor, members }],
    uses: named.flatMap(([variable, { secret, version }]) => (secret === id ? [{ variable, version }] : [])),
  }));
}

/** The steps that act as a runtime account. */
function actorsAs(account: "service" | "seed", project: string): readonly string[] {
  const steps = { service: ["service", "traffic"], seed: ["seed"] }[account];
  return steps.map((step) => accountMember({ project }, installationAccountId(step)));
}

/** Who may act as a runtime account, as its policy says. */
export function actorGrants(
  project: string,
  account: "service" | "seed",
): readonly { readonly role: string; readonly member: string }[] {
  return actorsAs(account, project).map((member) => ({ role: actor, member }));
}

function accountMember({ project }: Pick<Spec, "project">, accountId: string): string {
  return `serviceAccount:${accountEmail(project, accountId)}`;
}
