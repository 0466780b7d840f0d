import type { DecidingGrant, Decision } from "../../../local/access/access.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createRandom } from "../../../local/random.ts";
import { idOf } from "../../../spec/names.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

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
    /^alloyrun-(hook|events): |^alloyrun-push: .*\/alloyrun-request$|^alloyrun-request: (pubsub\.topics|resourcemanager\.projects)\.getIamPolicy /,
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

/** The right that lets something through. */
export function rightOf({ principal, permission }: Decision, grant: DecidingGrant): Right {
  const isCustom = grant.role.startsWith("projects/");
  return { ...grant, holder: principal, ...(isCustom && { permission }) };
}

/** Some of the rights, of as many accounts as there are; the same for the same seed. */
export function drawRights(
  rights: readonly Right[],
  { seed, samples }: { readonly seed: string; readonly samples: number },
): readonly Right[] {
  const random = createRandom(seed);
  const shuffled = rights.map((right) => ({ right, at: random.next() })).sort((a, b) => a.at - b.at);
  const drawn = shuffled.map(({ right }) => right);
  const isFirst = ({ holder }: Right, index: number) => drawn.findIndex((one) => one.holder === holder) === index;
  const others = drawn.filter((right, index) => !isFirst(right, index));
  return [...drawn.filter(isFirst), ...others].slice(0, samples);
}

/** Takes a right out of its role, or its holder out of the binding, until the function that comes back is called; either way it is in effect. */
export async function removeRight(cloud: InstalledCloud, right: Right): Promise<() => Promise<void>> {
  const { access, clock } = cloud.local.cloud;
  const { role, permission, resource, holder, condition } = right;
  const settle = () => clock.advance(10 * 60_000);
  const isShared = /_bucket_\w+$/.test(role);
  if (permission !== undefined && !isShared) {
    const address = `iam.googleapis.com/v1/${role}`;
    const { includedPermissions } = await cloud.ask(`GET ${address}`);
    const set = async (permissions: unknown) => {
      await cloud.ask(`PATCH ${address}?updateMask=includedPermissions`, { includedPermissions: permissions });
      await settle();
    };
    await set((includedPermissions as readonly string[]).filter((one) => one !== permission));
    return () => set(includedPermissions);
  }
  const { bindings = [] } = access.getPolicy(resource);
  const set = async (wanted: typeof bindings) => {
    access.setPolicy(resource, { ...access.getPolicy(resource), bindings: wanted });
    await settle();
  };
  await set(
    bindings.map((binding) =>
      binding.role === role && binding.condition?.expression === condition
        ? { ...binding, members: binding.members.filter((member) => member !== `serviceAccount:${holder}`) }
        : binding,
    ),
  );
  return () => set(bindings);
}
