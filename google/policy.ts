import { isDeepStrictEqual } from "node:util";
import { ApiError } from "./error.ts";

/** An IAM policy; fields that we do not know are kept. @see https://cloud.google.com/iam/docs/reference/rest/v1/Policy */
export interface Policy {
  readonly version?: number;
  readonly etag?: string;
  readonly bindings?: readonly Binding[];
}

/** Members that have a role, possibly under a condition. */
export interface Binding {
  readonly role: string;
  readonly members?: readonly string[];
  readonly condition?: Condition;
}

/** A condition in CEL. */
interface Condition {
  readonly title?: string;
  readonly description?: string;
  readonly expression?: string;
}

/** One member's role. */
export interface Grant {
  readonly role: string;
  readonly member: string;
  readonly condition?: Condition;
}

/** Members that stand for whoever comes, with a Google account or without. */
export const everybody = ["allUsers", "allAuthenticatedUsers"] as const;

/** Where a policy is read and written. */
export interface PolicyAccess {
  readonly get: () => Promise<Policy>;
  readonly set: (policy: Policy) => Promise<Policy>;
}

/**
 * Reads a policy, edits it and writes it back under the etag that was read, again from the start when somebody else was
 * faster. Writes nothing when the edit changes nothing.
 *
 * @returns whether something was written
 * @throws ApiError ABORTED after eight lost races
 * @see https://cloud.google.com/iam/docs/allow-policies#etag
 */
export async function editPolicy(access: PolicyAccess, edit: (policy: Policy) => Policy): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const read = await access.get();
    const edited = edit(read);
    if (isDeepStrictEqual(edited.bindings ?? [], read.bindings ?? [])) return false;
    try {
      await access.set({ ...edited, version: 3, etag: read.etag });
      return true;
    } catch (caught) {
      if (attempt === 8 || !(caught instanceof ApiError && caught.code === "ABORTED")) throw caught;
    }
  }
}

/** The grants that a policy does not hold yet. */
export function missingGrants(policy: Policy, grants: readonly Grant[]): readonly Grant[] {
  return grants.filter((grant) => !findBinding(policy, grant)?.members?.includes(grant.member));
}

/**
 * The policy with the grants, each in the binding of its role and exactly its condition. Members that were deleted are
 * stripped from bindings that are touched: a policy that names one is refused on write.
 */
export function withGrants(policy: Policy, grants: readonly Grant[]): Policy {
  const bindings = [...(policy.bindings ?? [])];
  for (const { role, member, condition } of missingGrants(policy, grants)) {
    const at = bindings.findIndex((binding) => isFor(binding, { role, member, condition }));
    const members = [...new Set([...(bindings[at]?.members ?? []).filter(isLive), member])];
    const binding = { ...bindings[at], role, members, ...(condition && { condition }) };
    if (at === -1) bindings.push(binding);
    else bindings[at] = binding;
  }
  return { ...policy, bindings };
}

/** The policy without the grants, alive or of a deleted account of the same address; bindings that end up empty go. */
export function withoutGrants(policy: Policy, grants: readonly Grant[]): Policy {
  const bindings = (policy.bindings ?? []).flatMap((binding) => {
    const leaving = grants.filter((grant) => isFor(binding, grant)).map(({ member }) => member);
    const members = (binding.members ?? []).filter((held) => !leaving.some((member) => isOf(held, member)));
    if (members.length === binding.members?.length) return [binding];
    return members.length > 0 ? [{ ...binding, members }] : [];
  });
  return { ...policy, bindings };
}

/** What the policy grants beyond the grants to members that are decided about. */
export function surplusGrants(
  policy: Policy,
  grants: readonly Grant[],
  isDecided: (member: string) => boolean,
): readonly Grant[] {
  const held = (policy.bindings ?? []).flatMap(({ role, condition, members = [] }) =>
    members.filter(isDecided).map((member) => ({ role, member, condition })),
  );
  return held.filter((grant) => !grants.some((wanted) => keyOf(wanted) === keyOf(grant)));
}

function keyOf({ role, member, condition }: Grant): string {
  return JSON.stringify([role, member, condition?.title, condition?.expression]);
}

function isOf(held: string, member: string): boolean {
  return held === member || held.startsWith(`deleted:${member}?`);
}

function findBinding(policy: Policy, grant: Grant): Binding | undefined {
  return policy.bindings?.find((binding) => isFor(binding, grant));
}

function isFor(binding: Binding, { role, condition }: Grant): boolean {
  if (binding.role !== role) return false;
  return isDeepStrictEqual(
    [binding.condition?.title, binding.condition?.expression],
    [condition?.title, condition?.expression],
  );
}

function isLive(member: string): boolean {
  return !member.startsWith("deleted:");
}
