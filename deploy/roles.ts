import type { CustomRole, IamRolesClient } from "../google/clients/iam-roles.ts";
import type { Grant } from "../google/policy.ts";
import { linkKeySecret } from "../spec/names.ts";
import type { InstallationChange } from "./change.ts";
import {
  grantsCondition,
  grantsRoleName,
  type InstallationAccount,
  objectsCondition,
  roleName,
  secretCondition,
  secretRoleName,
  secretsCondition,
  type Target,
  topicsRoleName,
  uploadsRoleName,
} from "./installation.ts";
import { installationMark, refuseForeign } from "./ownership.ts";
import { memberOf } from "./reconcile.ts";

/** A custom role as it is to be. */
export type WantedRole = Required<Pick<CustomRole, "name" | "title" | "description" | "includedPermissions">>;

/** What ensuring roles works with. */
export type RoleClient = Pick<IamRolesClient, "getRole" | "createRole" | "patchRole" | "undeleteRole">;

/**
 * The permission to change the project's policy comes in a role of its own, bound under the condition that only the
 * listed roles are granted with it.
 */
const policyPermissions = new Set(["resourcemanager.projects.setIamPolicy"]);

/** Ensures a custom role with exactly its permissions. Google keeps deleted ones for a week, and their ids for longer. */
export async function ensureRole(roles: RoleClient, role: WantedRole): Promise<void> {
  const { name, ...wanted } = role;
  const found = await roles.getRole(name);
  const change = roleChange(role, found);
  if (!change) return;
  if (change.action === "create") {
    await roles.createRole(name, { ...wanted, stage: "GA" });
    return;
  }
  if (change.action === "restore") await roles.undeleteRole(name);
  if (change.differences.length > 0) await roles.patchRole(name, { ...wanted, stage: "GA" });
}

/**
 * What `ensureRole` does to what was found; undefined when nothing. One that an earlier version made is given its mark.
 *
 * @throws ApiError ALREADY_EXISTS for a foreign one
 */
export function roleChange(wanted: WantedRole, found: CustomRole | undefined): InstallationChange | undefined {
  const { name, title, description, includedPermissions } = wanted;
  const isEarlier = found !== undefined && isOfEarlierVersion(found, wanted);
  if (found && !isEarlier)
    refuseForeign(found, { project: projectOf(name) }, { name, method: "iam.projects.roles.get" });
  const held = found?.includedPermissions ?? [];
  const differences = [
    ...includedPermissions.filter((permission) => !held.includes(permission)).map((each) => `+ ${each}`),
    ...held.filter((permission) => !includedPermissions.includes(permission)).map((each) => `- ${each}`),
    ...(found && found.title !== title ? [`~ title: ${title}`] : []),
    ...(isEarlier ? [`~ description: ${description}`] : []),
  ];
  if (!found) return { kind: "role", action: "create", resource: name, differences };
  if (found.deleted) return { kind: "role", action: "restore", resource: name, differences };
  return differences.length > 0 ? { kind: "role", action: "update", resource: name, differences } : undefined;
}

/** Earlier versions gave roles the same names and titles, and no mark. Whoever makes a role by hand calls it otherwise. */
export function isOfEarlierVersion({ title, description }: CustomRole, wanted: Pick<WantedRole, "title">): boolean {
  return !description && title === wanted.title;
}

/** The custom roles of an account. */
export function rolesOf(project: string, account: InstallationAccount): readonly WantedRole[] {
  const role = (name: string, purpose: string, includedPermissions: readonly string[]): WantedRole => ({
    name,
    title: `alloyrun ${account.name}${purpose}`,
    description: installationMark(project),
    includedPermissions,
  });
  const ordinary = account.permissions.filter((permission) => !policyPermissions.has(permission));
  const policy = account.permissions.filter((permission) => policyPermissions.has(permission));
  const uploads = account.readsUploads.length > 0 ? ["storage.objects.get"] : [];
  const { readsHooks, readsLinkKey, drawsLinkKey } = account.secrets;
  const hooks = readsHooks ? ["secretmanager.versions.access"] : [];
  const linkKey = [
    ...(readsLinkKey ? ["secretmanager.versions.access"] : []),
    ...(drawsLinkKey ? ["secretmanager.versions.add"] : []),
  ];
  const topics = account.readsPolicyOf.length > 0 ? ["pubsub.topics.getIamPolicy"] : [];
  return [
    role(roleName(project, account.name), "", ordinary),
    role(grantsRoleName(project, account.name), ": grants of listed roles", policy),
    role(uploadsRoleName(project, account.name), ": sources of functions", uploads),
    role(secretRoleName(project, account.name, "hooks"), ": secrets of webhooks", hooks),
    role(secretRoleName(project, account.name, "linkKey"), ": key of approval links", linkKey),
    role(topicsRoleName(project, account.name), ": policies of topics", topics),
  ].filter(({ includedPermissions }) => includedPermissions.length > 0);
}

/** What an account is granted on the project: its roles, each under its condition, but for what it is granted on topics. */
export function grantsOf(target: Target, account: InstallationAccount): readonly Grant[] {
  const { project, projectNumber, region } = target;
  const member = memberOf(account);
  return rolesOf(project, account).flatMap(({ name }): Grant[] => {
    if (name === topicsRoleName(project, account.name)) return [];
    if (name === grantsRoleName(project, account.name)) {
      return [{ role: name, member, condition: grantsCondition(account.grants) }];
    }
    if (name === secretRoleName(project, account.name, "hooks")) {
      return [{ role: name, member, condition: secretsCondition("hooks", "alloyrun-hook-") }];
    }
    if (name === secretRoleName(project, account.name, "linkKey")) {
      return [{ role: name, member, condition: secretCondition("link-key", linkKeySecret) }];
    }
    if (name !== uploadsRoleName(project, account.name)) return [{ role: name, member }];
    return account.readsUploads.map((beginning) => ({
      role: name,
      member,
      condition: objectsCondition(beginning, `${beginning}-${projectNumber}-${region}`),
    }));
  });
}

function projectOf(role: string): string {
  return role.split("/")[1] ?? "";
}
