import { type Grant, type Policy, withGrants, withoutGrants } from "../google/policy.ts";
import type { InstallationAccount } from "./installation.ts";

/** Members that stand for whoever comes, with a Google account or without. */
export const everybody = ["allUsers", "allAuthenticatedUsers"] as const;

/**
 * The policy of something of the installation's own, in which the members that it decides about, as a rule its accounts,
 * hold exactly the grants. What anybody else was granted is left alone.
 */
export function reconcile(policy: Policy, grants: readonly Grant[], decided: readonly string[]): Policy {
  const ours = new Set(decided);
  const held = (policy.bindings ?? []).flatMap(({ role, condition, members = [] }) =>
    members.filter((member) => ours.has(member)).map((member) => ({ role, member, condition })),
  );
  const outdated = held.filter((grant) => !grants.some((wanted) => keyOf(wanted) === keyOf(grant)));
  return withGrants(withoutGrants(policy, outdated), grants);
}

/** An account as policies name it. */
export function memberOf({ email }: Pick<InstallationAccount, "email">): string {
  return `serviceAccount:${email}`;
}

function keyOf({ role, member, condition }: Grant): string {
  return JSON.stringify([role, member, condition?.title, condition?.expression]);
}
