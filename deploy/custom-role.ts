import type { CustomRole, IamRolesClient } from "../google/clients/iam-roles.ts";
import { ApiError } from "../google/error.ts";
import { type InstallationChange, present } from "./change.ts";
import { installationAccounts } from "./installation.ts";
import { isOwn, refuseForeign } from "./ownership.ts";
import { installationRoles, type WantedRole } from "./roles.ts";

/** What ensuring roles works with. */
export type RoleClient = Pick<IamRolesClient, "getRole" | "listRoles" | "createRole" | "patchRole" | "undeleteRole">;

/** A custom role as it would be ensured. */
export interface PlannedRole {
  /** The name that it has, or would have. */
  readonly name: string;
  /** Absent when nothing is to be done to it. */
  readonly change?: InstallationChange;
}

/**
 * Ensures a custom role with exactly its permissions. Google keeps deleted ones for a week, and their ids for a month
 * longer: until then the role is made under another id. One that an earlier version made is given its mark.
 *
 * @returns the name that it has
 * @throws ApiError ALREADY_EXISTS when a role of the name is somebody else's
 * @see https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role
 */
export async function ensureRole(roles: RoleClient, wanted: WantedRole): Promise<string> {
  const { name: _, ...body } = wanted;
  const { live, deleted, free } = await lookUp(roles.getRole, wanted);
  const found = live ?? (await firstRestored(roles, deleted));
  if (!found) await roles.createRole(free, { ...body, stage: "GA" });
  else if (differencesOf(wanted, found).length > 0) await roles.patchRole(found.name, { ...body, stage: "GA" });
  return found?.name ?? free;
}

/** What `ensureRole` would do, as far as looking tells: whether a deleted role may still come back is known by trying. */
export async function planRole(roles: Pick<RoleClient, "getRole">, wanted: WantedRole): Promise<PlannedRole> {
  const { live, deleted, free } = await lookUp((name) => present(roles.getRole(name)), wanted);
  const found = live ?? deleted[0];
  const name = found?.name ?? free;
  const differences = differencesOf(wanted, found);
  const change = (action: InstallationChange["action"]) =>
    ({ kind: "role", action, resource: name, differences }) as const;
  if (!live) return { name, change: change(found ? "restore" : "create") };
  return differences.length > 0 ? { name, change: change("update") } : { name };
}

/** The names of all custom roles of the installation's own, also of those that an earlier version made, with or without mark. */
export async function listOwnRoles(roles: Pick<RoleClient, "listRoles">, project: string): Promise<readonly string[]> {
  const all = (await present(roles.listRoles(`projects/${project}`))) ?? [];
  const wanted = installationRoles(project, installationAccounts(project));
  const titles = new Map(wanted.map(({ name, title }) => [name, title]));
  return all.flatMap((role) => {
    const { name = "" } = role;
    const title = titles.get(name);
    const isEarlier = title !== undefined && isOfEarlierVersion(role, { title });
    return name !== "" && (isEarlier || isOwn(role, { project })) ? [name] : [];
  });
}

/** Earlier versions gave roles the same names and titles, and no mark. Whoever makes a role by hand calls it otherwise. */
function isOfEarlierVersion({ title, description }: CustomRole, wanted: Pick<WantedRole, "title">): boolean {
  return !description && title === wanted.title;
}

type FoundRole = CustomRole & { readonly name: string };

/** What there is of a role: at its name, and at those to which it had to move because that was still taken. */
interface Traces {
  readonly live?: FoundRole;
  /** The last first. */
  readonly deleted: readonly FoundRole[];
  /** The first name that nothing stands in the way of. */
  readonly free: string;
}

async function lookUp(look: RoleClient["getRole"], wanted: WantedRole): Promise<Traces> {
  const usual = wanted.name;
  const project = usual.split("/")[1] ?? "";
  const deleted: FoundRole[] = [];
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? usual : `${usual}_${number}`;
    const found = await look(name);
    if (!found) return { deleted: deleted.reverse(), free: name };
    const isEarlier = number === 1 && isOfEarlierVersion(found, wanted);
    if (number === 1 && !isEarlier) refuseForeign(found, { project }, { name, method: "iam.projects.roles.get" });
    if (!isEarlier && !isOwn(found, { project })) continue;
    if (!found.deleted) return { live: { ...found, name }, deleted: [], free: name };
    deleted.push({ ...found, name });
  }
}

/** Brings back the first for which it is not too late. */
async function firstRestored(roles: RoleClient, deleted: readonly FoundRole[]): Promise<FoundRole | undefined> {
  for (const found of deleted) {
    try {
      await roles.undeleteRole(found.name);
      return found;
    } catch (caught) {
      if (!(caught instanceof ApiError && ["NOT_FOUND", "FAILED_PRECONDITION"].includes(caught.code))) throw caught;
    }
  }
  return undefined;
}

function differencesOf(wanted: WantedRole, found: CustomRole | undefined): readonly string[] {
  const { title, description, includedPermissions } = wanted;
  const held = found?.includedPermissions ?? [];
  return [
    ...includedPermissions.filter((permission) => !held.includes(permission)).map((each) => `+ ${each}`),
    ...held.filter((permission) => !includedPermissions.includes(permission)).map((each) => `- ${each}`),
    ...(found && found.title !== title ? [`~ title: ${title}`] : []),
    ...(found && isOfEarlierVersion(found, wanted) ? [`~ description: ${description}`] : []),
  ];
}
