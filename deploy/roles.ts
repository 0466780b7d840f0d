import type { CustomRole } from "../google/clients/iam-roles.ts";
import type { Grant } from "../google/policy.ts";
import type { LimitedPermissions } from "../plan/step.ts";
import { linkKeySecret } from "../spec/names.ts";
import {
  type BucketAccess,
  bucketRoleName,
  hooksCondition,
  type InstallationAccount,
  limitedRoleName,
  limitingCondition,
  objectsCondition,
  roleName,
  secretCondition,
  secretRoleName,
  type Target,
  topicsRoleName,
  uploadsRoleName,
} from "./installation.ts";
import { installationMark } from "./ownership.ts";
import { memberOf } from "./reconcile.ts";

/** A custom role as it is to be. */
export type WantedRole = Required<Pick<CustomRole, "name" | "title" | "description" | "includedPermissions">>;

/** What roles are for that are bound under a condition, in words. */
const purposes: Readonly<Record<LimitedPermissions["of"], string>> = {
  grants: "grants of listed roles",
  actors: "who acts as an account",
  secrets: "passwords of environments",
  userSecrets: "readers of secrets",
  invokers: "who calls a service",
};

/** The custom roles of an account. */
function rolesOf(project: string, account: InstallationAccount): readonly WantedRole[] {
  const role = (name: string, purpose: string, includedPermissions: readonly string[]): WantedRole => ({
    name,
    title: `alloyrun ${account.name}${purpose}`,
    description: installationMark(project),
    includedPermissions,
  });
  const uploads = account.readsUploads.length > 0 ? ["storage.objects.get"] : [];
  const { readsHooks, readsLinkKey, drawsLinkKey } = account.secrets;
  const hooks = readsHooks ? ["secretmanager.versions.access"] : [];
  const linkKey = [
    ...(readsLinkKey ? ["secretmanager.versions.access"] : []),
    ...(drawsLinkKey ? ["secretmanager.versions.add"] : []),
  ];
  const topics = account.readsPolicyOf.length > 0 ? ["pubsub.topics.getIamPolicy"] : [];
  return [
    role(roleName(project, account.name), "", account.permissions),
    ...account.limited.map(({ of, permissions }) =>
      role(limitedRoleName(project, account.name, of), `: ${purposes[of]}`, permissions),
    ),
    role(uploadsRoleName(project, account.name), ": sources of functions", uploads),
    role(secretRoleName(project, account.name, "hooks"), ": secrets of webhooks", hooks),
    role(secretRoleName(project, account.name, "linkKey"), ": key of approval links", linkKey),
    role(topicsRoleName(project, account.name), ": policies of topics", topics),
  ].filter(({ includedPermissions }) => includedPermissions.length > 0);
}

/** What is done with objects of the bucket. Whoever replaces one deletes one, so who only adds cannot change what is there. */
const bucketPermissions: Readonly<Record<keyof BucketAccess, readonly string[]>> = {
  reads: ["storage.objects.get"],
  adds: ["storage.objects.create", "storage.objects.get"],
  writes: ["storage.objects.create", "storage.objects.delete", "storage.objects.get"],
  removes: ["storage.objects.delete", "storage.objects.get"],
  lists: ["storage.objects.list"],
};

const bucketVerbs: readonly (keyof BucketAccess)[] = ["reads", "adds", "writes", "removes", "lists"];

/** The custom roles that are bound in the bucket. */
export function bucketRoles(project: string): readonly WantedRole[] {
  return bucketVerbs.map((verb) => ({
    name: bucketRoleName(project, verb),
    title: `alloyrun bucket: ${verb}`,
    description: installationMark(project),
    includedPermissions: bucketPermissions[verb],
  }));
}

/** Every custom role of an installation. */
export function installationRoles(project: string, accounts: readonly InstallationAccount[]): readonly WantedRole[] {
  return [...accounts.flatMap((account) => rolesOf(project, account)), ...bucketRoles(project)];
}

/** What the installation's roles are called in the project, by their usual names, where that is another. */
export type RoleNames = ReadonlyMap<string, string>;

/** Grants with the roles as they are called in the project. */
export function underNames(grants: readonly Grant[], names: RoleNames): readonly Grant[] {
  return grants.map((grant) => ({ ...grant, role: names.get(grant.role) ?? grant.role }));
}

/**
 * What an account is granted on the project: its roles by their usual names, each under its condition; but not the one
 * that it is granted on topics.
 */
export function grantsOf(target: Target, account: InstallationAccount): readonly Grant[] {
  const { project, projectNumber, region } = target;
  const member = memberOf(account);
  return rolesOf(project, account).flatMap(({ name }): Grant[] => {
    if (name === topicsRoleName(project, account.name)) return [];
    const limited = account.limited.find(({ of }) => name === limitedRoleName(project, account.name, of));
    if (limited) return [{ role: name, member, condition: limitingCondition(limited) }];
    if (name === secretRoleName(project, account.name, "hooks")) {
      return [{ role: name, member, condition: hooksCondition }];
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
