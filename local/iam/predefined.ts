import { includesPermission, predefinedRoles as roles } from "../access/roles.ts";
import type { Role } from "../model/generated/iam-admin.ts";

const patterns = Object.values(roles).flatMap(({ permissions }) => permissions);

/** Every permission known by name, in order; roles that hold permissions by pattern expand to these. */
const known: readonly string[] = [...new Set(patterns)].filter((pattern) => !pattern.includes("*")).sort();

/** Every permission that can be named. */
export function allPermissions(): readonly string[] {
  return known;
}

/** Whether a text is a permission, as far as the served services go. */
export function isPermission(text: string): boolean {
  return (
    /^[a-z][a-zA-Z0-9]*\.[a-zA-Z0-9]+\.[a-zA-Z0-9]+$/.test(text) &&
    includesPermission({ permissions: patterns.filter((pattern) => pattern !== "*") }, text)
  );
}

/** A predefined role by `roles/{role}`. */
export function predefinedRole(name: string): Role | undefined {
  const role = roles[name];
  if (!role) return undefined;
  return {
    name,
    title: role.title,
    description: role.title,
    includedPermissions: known.filter((permission) => includesPermission(role, permission)),
    stage: "GA",
    etag: "AA==",
  };
}

/** All predefined roles in order of name. */
export function predefinedRoles(): readonly Role[] {
  return Object.keys(roles)
    .sort()
    .flatMap((name) => predefinedRole(name) ?? []);
}
