import type { CustomRole } from "../google/clients/iam-roles.ts";
import type { Grant } from "../google/policy.ts";
import { linkKeySecret } from "../spec/names.ts";
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
  uploadsRoleName,
} from "./installation.ts";
import { installationMark } from "./ownership.ts";
import { memberOf } from "./reconcile.ts";

/** A custom role as it is to be. */
export type WantedRole = Required<Pick<CustomRole, "name" | "title" | "description" | "includedPermissions">>;

/**
 * The permission to change the project's policy comes in a role of its own, bound under the condition that only the
 * listed roles are granted with it.
 */
const policyPermissions = new Set(["resourcemanager.projects.setIamPolicy"]);

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
  return [
    role(roleName(project, account.name), "", ordinary),
    role(grantsRoleName(project, account.name), ": grants of listed roles", policy),
    role(uploadsRoleName(project, account.name), ": sources of functions", uploads),
    role(secretRoleName(project, account.name, "hooks"), ": secrets of webhooks", hooks),
    role(secretRoleName(project, account.name, "linkKey"), ": key of approval links", linkKey),
  ].filter(({ includedPermissions }) => includedPermissions.length > 0);
}

/** What an account is granted on the project: its roles by their usual names, each under its condition. */
export function grantsOf(target: Target, account: InstallationAccount): readonly Grant[] {
  const { project, projectNumber, region } = target;
  const member = memberOf(account);
  return rolesOf(project, account).flatMap(({ name }): Grant[] => {
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
