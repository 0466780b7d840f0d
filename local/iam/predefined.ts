import { permissionNames, predefinedRoles as roles } from "../access/roles.ts";
import type { Role } from "../model/generated/iam-admin.ts";

/** Every permission that can be named. */
export function allPermissions(): readonly string[] {
  return [...permissionNames];
}

/** Whether a text is a permission, as far as the served services go. */
export function isPermission(text: string): boolean {
  return permissionNames.has(text);
}

/** Whether a custom role of a project may hold a permission: those that concern what holds projects are refused. */
export function isForCustomRoles(permission: string): boolean {
  return !unsupported.has(permission);
}

/** @see https://cloud.google.com/iam/docs/custom-roles-permissions-support */
const unsupported: ReadonlySet<string> = new Set([
  "resourcemanager.projects.list",
  "resourcemanager.projects.create",
  "resourcemanager.projects.move",
]);

/** A predefined role by `roles/{role}`. */
export function predefinedRole(name: string): Role | undefined {
  const role = roles[name];
  if (!role) return undefined;
  const includedPermissions = [...role.permissions].sort();
  return { name, title: role.title, description: role.title, includedPermissions, stage: "GA", etag: "AA==" };
}

/** All predefined roles in order of name. */
export function predefinedRoles(): readonly Role[] {
  return Object.keys(roles)
    .sort()
    .flatMap((name) => predefinedRole(name) ?? []);
}
