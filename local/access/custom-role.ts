import type { JsonObject } from "../json.ts";

/** What a custom role grants from some moment on. */
export interface RoleGrant {
  /** Clock time in milliseconds. */
  readonly effectiveTime: number;
  readonly permissions: readonly string[];
}

/** A custom role in the collection `iam.roles`, as far as decisions read it. */
export interface GrantingRole {
  readonly includedPermissions?: readonly string[];
  readonly stage?: string;
  readonly deleted?: boolean;
  /** What it grants now and will grant, in order of time; what it says counts at once where this is absent. */
  readonly grants?: readonly RoleGrant[];
}

/** The permissions that a role is to have: none when it is deleted or disabled. */
export function permissionsOf({ includedPermissions = [], stage, deleted }: GrantingRole): readonly string[] {
  return deleted === true || stage === "DISABLED" ? [] : includedPermissions;
}

/** The permissions that a role has at a time; a change takes as long to spread as one of a policy. */
export function permissionsInEffect(role: JsonObject, now: number): readonly string[] {
  const granting = role as GrantingRole;
  if (!granting.grants) return permissionsOf(granting);
  return granting.grants.findLast(({ effectiveTime }) => effectiveTime <= now)?.permissions ?? [];
}
