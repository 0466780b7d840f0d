import { type Grant, type Policy, surplusGrants, withGrants, withoutGrants } from "../google/policy.ts";
import type { InstallationAccount } from "./installation.ts";

/**
 * The policy of something of the installation's own, in which the members that it decides about, as a rule its accounts,
 * hold exactly the grants. What anybody else was granted is left alone.
 */
export function reconcile(policy: Policy, grants: readonly Grant[], decided: readonly string[]): Policy {
  const ours = new Set(decided);
  const outdated = surplusGrants(policy, grants, (member) => ours.has(member));
  return withGrants(withoutGrants(policy, outdated), grants);
}

/** An account as policies name it. */
export function memberOf({ email }: Pick<InstallationAccount, "email">): string {
  return `serviceAccount:${email}`;
}
