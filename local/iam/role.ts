import { permissionsOf, type RoleGrant } from "../access/custom-role.ts";
import type { TypedHandlers } from "../api.ts";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import { createLatencies } from "../latency.ts";
import type {
  CreateRoleRequest,
  IamAdminMethods,
  ListRolesRequest,
  ListRolesResponse,
  Role,
  UpdateRoleRequest,
} from "../model/generated/iam-admin.ts";
import { paginate } from "../page.ts";
import type { Collection } from "../store.ts";
import { isForCustomRoles, isPermission, predefinedRole, predefinedRoles } from "./predefined.ts";

const day = 24 * 60 * 60 * 1000;
const quota = 300;

/** A custom role as the collection `iam.roles` has it, by `projects/{project}/roles/{role}`. */
interface StoredRole extends Role {
  readonly name: string;
  readonly etag: string;
  readonly deletedAt?: number;
  readonly grants?: readonly RoleGrant[];
}

interface Context {
  readonly roles: Collection<StoredRole>;
  readonly clock: Clock;
  readonly newEtag: () => string;
  /** Milliseconds that a change takes to spread. */
  readonly drawPropagation: (name: string) => number;
}

/** Methods on predefined and custom roles. */
export function roleMethods(cloud: Cloud): TypedHandlers<IamAdminMethods> {
  const draws = cloud.random.fork("iam.roles");
  const drawLatencyOf = createLatencies(cloud);
  const context: Context = {
    roles: cloud.store.collection<StoredRole>("iam.roles"),
    clock: cloud.clock,
    newEtag: () => Buffer.from(`B${draws.hex(8)}`).toString("base64"),
    drawPropagation: (name) => drawLatencyOf("iam.policy.propagation", name),
  };
  for (const [, { grants = [] }] of context.roles.list()) awaitGrant(cloud.clock, grants.at(-1));
  return {
    "google.iam.admin.v1.IAM.ListRoles": (request) => list(context, request),
    "google.iam.admin.v1.IAM.GetRole": ({ name = "" }) => {
      const role = name.startsWith("roles/") ? predefinedRole(name) : context.roles.get(name);
      if (!role || isGone(context, role)) throw notFound(name);
      return toRole(role);
    },
    "google.iam.admin.v1.IAM.CreateRole": (request) => create(context, request),
    "google.iam.admin.v1.IAM.UpdateRole": (request) => update(context, request),
    "google.iam.admin.v1.IAM.DeleteRole": ({ name = "", etag }) => {
      const role = demand(context, name, etag);
      if (role.deleted) throw precondition(`You can't delete role ${name}: it is already deleted.`);
      return toRole(put(context, { ...role, deleted: true, deletedAt: context.clock.now() }));
    },
    "google.iam.admin.v1.IAM.UndeleteRole": ({ name = "", etag }) => {
      const { deletedAt = 0, ...role } = demand(context, name, etag);
      if (!role.deleted) throw precondition(`You can't undelete role ${name}: it is not deleted.`);
      if (deletedAt + 7 * day < context.clock.now()) throw notFound(name);
      return toRole(put(context, { ...role, deleted: undefined }));
    },
  };
}

/** Writes a role with a new etag; what it grants changes once that has spread. */
function put({ roles, clock, newEtag, drawPropagation }: Context, role: Omit<StoredRole, "etag">): StoredRole {
  const now = clock.now();
  const before = roles.get(role.name)?.grants ?? [];
  const current = before.findLastIndex(({ effectiveTime }) => effectiveTime <= now);
  const permissions = permissionsOf(role);
  const isSame = JSON.stringify(before.at(-1)?.permissions) === JSON.stringify(permissions);
  const effectiveTime = now + drawPropagation(role.name);
  const grants = [...before.slice(Math.max(current, 0)), ...(isSame ? [] : [{ effectiveTime, permissions }])];
  awaitGrant(clock, grants.at(-1));
  return roles.put(role.name, { ...role, grants, etag: newEtag() });
}

/** The clock is drawn to the moment; what is in effect is decided by time alone. */
function awaitGrant(clock: Clock, grant: RoleGrant | undefined): void {
  const ms = (grant?.effectiveTime ?? 0) - clock.now();
  if (ms > 0) void clock.sleep(ms, { draws: true });
}

/** After 7 days a deleted role cannot come back; 30 days later its id is free again. */
function isGone({ clock }: Context, role: Role & { readonly deletedAt?: number }): boolean {
  return role.deletedAt !== undefined && role.deletedAt + 37 * day < clock.now();
}

function demand(context: Context, name: string, etag?: string): StoredRole {
  const role = context.roles.get(name);
  if (!role || isGone(context, role)) throw notFound(name);
  if (etag && etag !== role.etag) {
    const message = `There were concurrent changes of role ${name}. Please retry the whole read-modify-write.`;
    throw new ApiError({ code: "ABORTED", message, reason: "aborted" });
  }
  return role;
}

function create(context: Context, { parent = "", roleId = "", role = {} }: CreateRoleRequest): Role {
  if (!/^[a-zA-Z0-9_.]{3,64}$/.test(roleId))
    throw invalid(`The role_id ${roleId} is invalid: use [a-zA-Z0-9_.]{3,64}.`);
  const name = `${parent}/roles/${roleId}`;
  const present = context.roles.get(name);
  if (present && !isGone(context, present)) {
    if (present.deleted) {
      throw precondition(`You can't create a role_id (${roleId}) which has been marked for deletion.`);
    }
    const message = `A role named ${roleId} in ${parent} already exists.`;
    throw new ApiError({ code: "ALREADY_EXISTS", message, reason: "alreadyExists" });
  }
  const counted = context.roles.list(`${parent}/roles/`).filter(([, one]) => !isGone(context, one));
  if (counted.length >= quota) {
    const message = `Maximum number of roles reached. Maximum is: ${quota}`;
    throw new ApiError({ code: "RESOURCE_EXHAUSTED", message, reason: "rateLimitExceeded" });
  }
  demandPermissions(role.includedPermissions);
  const { title, description, includedPermissions, stage } = role;
  return toRole(put(context, { name, title, description, includedPermissions, stage }));
}

function update(context: Context, { name = "", role = {}, updateMask }: UpdateRoleRequest): Role {
  const present = demand(context, name, role.etag);
  demandPermissions(role.includedPermissions);
  const mutable = ["title", "description", "includedPermissions", "stage"] as const;
  return toRole(put(context, applyMask<StoredRole>(present, { sent: role, mask: updateMask, mutable: [...mutable] })));
}

function demandPermissions(permissions: readonly string[] = []): void {
  const unknown = permissions.find((permission) => !isPermission(permission));
  if (unknown !== undefined) throw invalid(`Permission ${unknown} is not valid.`);
  const refused = permissions.find((permission) => !isForCustomRoles(permission));
  if (refused !== undefined) throw invalid(`Permission ${refused} is not supported in custom roles.`);
}

function list(
  context: Context,
  { parent = "", view, showDeleted, pageSize, pageToken }: ListRolesRequest,
): ListRolesResponse {
  const custom = context.roles.list(`${parent}/roles/`).flatMap(([, role]) => (isGone(context, role) ? [] : [role]));
  const roles: readonly Role[] = parent === "" ? predefinedRoles() : custom;
  const shown = roles.filter(({ deleted }) => showDeleted || !deleted);
  const limits = { usual: 300, most: 1000 };
  const page = paginate(shown, { key: ({ name = "" }) => name, size: pageSize, token: pageToken, limits });
  const items = page.items.map((role) => toRole(role));
  const brief = items.map(({ includedPermissions: _, ...role }) => role);
  return { roles: view === "FULL" ? items : brief, nextPageToken: page.nextPageToken };
}

function toRole(stored: Role | StoredRole): Role {
  const { deletedAt: _deletedAt, grants: _grants, ...role }: Role & Partial<StoredRole> = stored;
  return role;
}

function notFound(name: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: `The role named ${name} was not found.`, reason: "notFound" });
}

function precondition(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message, reason: "failedPrecondition" });
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
}
