import { ApiError, isAbsent } from "../google/error.ts";
import type { Grant, Policy } from "../google/policy.ts";
import { isNotYetServed } from "./apis.ts";

/** What sort of thing an installation changes. */
export type ChangeKind =
  | "api"
  | "account"
  | "role"
  | "grants"
  | "bucket"
  | "topic"
  | "subscription"
  | "secret"
  | "repository"
  | "image"
  | "function"
  | "workflow"
  | "schedule";

/** Something that `deploy` would make or change. */
export interface InstallationChange {
  readonly kind: ChangeKind;
  /** `restore`: brought back from what was deleted, as far as Google keeps it. */
  readonly action: "create" | "update" | "restore";
  /** Full name of the resource. */
  readonly resource: string;
  /** What differs, one line each: `+` comes, `-` goes, `~` becomes another. */
  readonly differences: readonly string[];
}

/**
 * What a reading gives while nothing is to be changed: nothing where its API is not enabled yet, or where what it belongs
 * to does not exist.
 */
export async function present<Value>(reading: Promise<Value | undefined>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (caught) {
    if (isAbsent(caught) || (caught instanceof ApiError && isNotYetServed(caught))) return undefined;
    throw caught;
  }
}

/** Those of several comparisons that found something. */
export function found(
  ...comparisons: readonly (InstallationChange | undefined | readonly InstallationChange[])[]
): readonly InstallationChange[] {
  return comparisons.flatMap((comparison) => comparison ?? []);
}

/** What an edit of a policy would change; undefined when nothing. */
export function policyChange(
  resource: string,
  policy: Policy,
  edit: (policy: Policy) => Policy,
): InstallationChange | undefined {
  const [before, after] = [linesOf(policy), linesOf(edit(policy))];
  const differences = [
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ];
  return differences.length > 0 ? { kind: "grants", action: "update", resource, differences } : undefined;
}

function linesOf({ bindings = [] }: Policy): readonly string[] {
  return bindings.flatMap(({ role, members = [], condition }) =>
    members.map((member) => lineOf({ role, member, condition })),
  );
}

function lineOf({ role, member, condition }: Grant): string {
  return `${role} to ${member.replace("serviceAccount:", "")}${condition ? ` if ${condition.expression}` : ""}`;
}
