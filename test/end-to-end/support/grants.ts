import type { DecidingGrant, Decision } from "../../../local/access/access.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { idOf } from "../../../spec/names.ts";

/** One thing that somebody may do: a permission of a custom role, or a predefined role as a whole, where it was granted. */
export interface Right extends DecidingGrant {
  /** E-mail address. */
  readonly holder: string;
  /** Absent for a predefined role. */
  readonly permission?: string;
}

/** What was decided in a local cloud since it was watched. */
export interface Watched {
  /** Rights without which a request would have been refused. */
  readonly decisive: ReadonlySet<string>;
  /** Requests that were refused and not let through later, as `{who} {permission} {resource}`. */
  readonly refused: ReadonlySet<string>;
  /** Looks no longer. */
  readonly end: () => void;
}

/** Rights whose use is seen by other journeys than that through everything: each test looks at its own. */
export const otherJourneys = {
  /** Requests, tickets, links and events through the doors. */
  doors:
    /^alloyrun-(hook|events): |^alloyrun-push: .*\/alloyrun-request$|^alloyrun-request: pubsub\.topics\.getIamPolicy /,
  /** Warnings before an environment expires. */
  time: /^alloyrun-request: pubsub\.topics\.publish /,
} as const;

/** Those of the rights that fit the pattern, without which nothing would have been refused. */
export function idleRights(rights: Iterable<string>, { decisive }: Watched, pattern: RegExp): readonly string[] {
  return [...rights].filter((key) => pattern.test(key) && !decisive.has(key)).sort();
}

/** Watches every decision of a local cloud from now on. */
export function watchDecisions({ cloud }: LocalCloud): Watched {
  const decisive = new Set<string>();
  const refused = new Set<string>();
  const end = cloud.access.subscribe((decision) => {
    const [only, ...others] = decision.grants;
    if (only && others.length === 0) decisive.add(keyOf(rightOf(decision, only)));
    const asked = `${decision.principal} ${decision.permission} ${decision.resource}`;
    if (only) refused.delete(asked);
    else refused.add(asked);
  });
  return { decisive, refused, end };
}

/** Everything that the service accounts of a project's own hold there now. */
export function takeRights({ cloud }: LocalCloud): Right[] {
  const accounts = cloud.store.collection("iam.serviceAccounts");
  const roles = cloud.store.collection<{ readonly includedPermissions?: readonly string[] }>("iam.roles");
  const policies = cloud.store.collection("iam.policies").list();
  return policies
    .filter(([resource]) => !/\/serviceAccounts\//.test(resource) || accounts.get(idOf(resource)))
    .flatMap(([resource]) =>
      (cloud.access.getPolicy(resource).bindings ?? []).flatMap(({ role, members, condition }) =>
        members
          .map((member) => member.replace("serviceAccount:", ""))
          .filter((holder) => accounts.get(holder) && holder.endsWith(".iam.gserviceaccount.com"))
          .flatMap((holder) => {
            const grant = { resource, role, holder, ...(condition && { condition: condition.expression }) };
            const permissions = roles.get(role)?.includedPermissions;
            return permissions?.map((permission) => ({ ...grant, permission })) ?? [grant];
          }),
      ),
    );
}

/** A right as text, the same for whoever holds and whoever uses it. */
export function keyOf({ holder, role, permission, resource, condition }: Right): string {
  const what = permission === undefined ? role : `${permission} (${idOf(role)})`;
  const where = resource.replace(/^\/\//, "");
  return `${holder.replace(/@.*/, "")}: ${what} on ${where}${condition === undefined ? "" : ` if ${condition}`}`;
}

function rightOf({ principal, permission }: Decision, grant: DecidingGrant): Right {
  const isCustom = grant.role.startsWith("projects/");
  return { ...grant, holder: principal, ...(isCustom && { permission }) };
}
