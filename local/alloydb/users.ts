import type { Call, TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import { readListing } from "../list/listing.ts";
import type {
  AlloyDbMethods,
  ListUsersRequest,
  ListUsersResponse,
  UpdateUserRequest,
  User,
} from "../model/generated/alloydb.ts";
import { scramVerifier } from "../postgres/scram.ts";
import { type Session, withSession } from "../postgres/session.ts";
import { getCluster } from "./clusters.ts";
import type { Context } from "./context.ts";
import { type DatabaseRole, dropRole, ensureRole, listRoles, missingRoles } from "./database-roles.ts";
import { getInstance, readyPrimary } from "./instances.ts";
import { clusterOf, idOf, invalid, unready } from "./names.ts";
import { checkPassword } from "./password.ts";

const iamRole = "alloydbiamuser";
const machineryRoles = /^(alloydbadmin|alloydbreplica)$/;

/** The methods on users, which are the roles of the primary's databases that can log in. */
export function userMethods(context: Context) {
  const { requests } = context;
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ListUsers": (request) => list(context, request),
    "google.cloud.alloydb.v1.AlloyDBAdmin.GetUser": async ({ name = "" }) =>
      await withPrimary(context, clusterOf(name), (session) => findUser(session, name)),
    "google.cloud.alloydb.v1.AlloyDBAdmin.CreateUser": async (request, call) => {
      const { parent = "", userId = "", user = {}, requestId, validateOnly } = request;
      const name = `${parent}/users/${userId}`;
      if (validateOnly) return { ...user, name, password: undefined };
      const make = () => slowly(context, call, () => create(context, name, user));
      return await requests.once(requestId, `create ${name}`, make);
    },
    "google.cloud.alloydb.v1.AlloyDBAdmin.UpdateUser": async (request, call) => {
      const { user = {}, requestId, validateOnly } = request;
      if (validateOnly) return { ...user, password: undefined };
      const make = () => slowly(context, call, () => update(context, request));
      return await requests.once(requestId, `update ${user.name}`, make);
    },
    "google.cloud.alloydb.v1.AlloyDBAdmin.DeleteUser": async ({ name = "", requestId, validateOnly }, call) => {
      const make = () => slowly(context, call, () => remove(context, name, validateOnly));
      return await requests.once(requestId, `delete ${name}`, make);
    },
  } satisfies TypedHandlers<AlloyDbMethods>;
}

async function list(context: Context, request: ListUsersRequest): Promise<ListUsersResponse> {
  const listing = readListing<User>("google.cloud.alloydb.v1.User", request);
  const { parent = "" } = request;
  const roles = await withPrimary(context, parent, (session) => listRoles(session));
  const users = roles.map((role) => toUser(parent, role));
  const page = listing.page(users, { usual: 100, most: 1000 });
  return { users: page.items, nextPageToken: page.nextPageToken };
}

/** Creating a user that exists makes it what was sent, its password and roles included. */
async function create(context: Context, name: string, sent: User): Promise<User> {
  const id = idOf(name);
  const isIam = sent.userType === "ALLOYDB_IAM_USER";
  checkUserId(id, isIam);
  if (isIam && sent.password) throw invalid(`user ${id} is an IAM user, which has no password`);
  return await withPrimary(context, clusterOf(name), async (session, flags) => {
    const roles = sent.databaseRoles ?? [];
    const memberOf = isIam ? [...new Set([...roles, iamRole])] : roles;
    await checkRoles(session, memberOf);
    if (!isIam && sent.password === undefined && (await missingRoles(session, [id])).length > 0) {
      throw invalid(`password of user ${id} is required`);
    }
    const verifier = await toVerifier(id, sent, flags);
    await ensureRole(session, { name: id, verifier, memberOf, keepsOthers: sent.keepExtraRoles });
    return await findUser(session, name);
  });
}

async function update(
  context: Context,
  { user: sent = {}, updateMask, allowMissing }: UpdateUserRequest,
): Promise<User> {
  const name = sent.name ?? "";
  const fields = maskedFields(sent, updateMask);
  if (allowMissing && !(await exists(context, name))) return await create(context, name, sent);
  return await withPrimary(context, clusterOf(name), async (session, flags) => {
    const present = await findUser(session, name);
    const wantsRoles = fields.has("databaseRoles");
    if (wantsRoles) await checkRoles(session, sent.databaseRoles ?? []);
    await ensureRole(session, {
      name: idOf(name),
      verifier: fields.has("password") ? await toVerifier(idOf(name), sent, flags) : undefined,
      memberOf: wantsRoles ? rolesOf(sent, present) : undefined,
      keepsOthers: sent.keepExtraRoles,
    });
    return await findUser(session, name);
  });
}

async function remove(context: Context, name: string, validateOnly = false): Promise<Record<string, never>> {
  return await withPrimary(context, clusterOf(name), async (session) => {
    await findUser(session, name);
    if (!validateOnly) await dropUser(session, idOf(name));
    return {};
  });
}

type Flags = Readonly<Record<string, string>>;

/** Works on the primary's databases as their superuser. @throws ApiError FAILED_PRECONDITION when none is READY */
export async function withPrimary<T>(
  context: Context,
  cluster: string,
  work: (session: Session, flags: Flags) => Promise<T>,
): Promise<T> {
  getCluster(context, cluster);
  const primary = readyPrimary(context, cluster);
  const { databaseFlags = {} } = getInstance(context, primary).resource;
  return await withSession(context.fleet.node(primary).adminLogin, (session) => work(session, databaseFlags));
}

/** Users change at once, but not in no time. */
async function slowly<T>({ cloud }: Context, { hold, method }: Call, work: () => Promise<T>): Promise<T> {
  const result = await work();
  await hold.sleep(createLatencies(cloud)("alloydb.user", method), { draws: true });
  return result;
}

async function exists(context: Context, name: string): Promise<boolean> {
  return await withPrimary(context, clusterOf(name), async (session) =>
    (await listRoles(session)).some((role) => role.name === idOf(name)),
  );
}

async function findUser(session: Session, name: string): Promise<User> {
  const found = (await listRoles(session)).find((role) => role.name === idOf(name));
  if (!found) throw new ApiError({ code: "NOT_FOUND", message: `user ${idOf(name)} does not exist` });
  return toUser(clusterOf(name), found);
}

function toUser(cluster: string, { name, memberOf }: DatabaseRole): User {
  const userType = memberOf.includes(iamRole) ? "ALLOYDB_IAM_USER" : "ALLOYDB_BUILT_IN";
  return { name: `${cluster}/users/${name}`, databaseRoles: memberOf, userType };
}

/** An IAM user stays one, whatever roles it is given. */
function rolesOf({ databaseRoles = [] }: User, { userType }: User): string[] {
  return userType === "ALLOYDB_IAM_USER" ? [...new Set([...databaseRoles, iamRole])] : [...databaseRoles];
}

async function toVerifier(id: string, { password }: User, flags: Flags): Promise<string | undefined> {
  if (password === undefined) return undefined;
  checkPassword(id, password, flags);
  return await scramVerifier(password);
}

function maskedFields(sent: User, mask: string | undefined): Set<string> {
  const named = (mask ?? "")
    .split(",")
    .map((field) => field.trim().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const fields = new Set(mask && mask !== "*" ? named : Object.keys(sent));
  for (const field of ["name", "userType", "keepExtraRoles"]) if (!mask || mask === "*") fields.delete(field);
  const wrong = [...fields].find((field) => !["password", "databaseRoles", "keepExtraRoles"].includes(field));
  if (wrong) throw invalid(`Field '${wrong}' in update_mask cannot be updated.`);
  return fields;
}

/** @see https://cloud.google.com/alloydb/docs/database-users/manage-iam-authn */
function checkUserId(id: string, isIam: boolean): void {
  if (id === "" || Buffer.byteLength(id) > 63) throw invalid(`user_id "${id}" must have 1 to 63 bytes`);
  if (/^(alloydb|pg_)/.test(id)) throw invalid(`user_id "${id}" is reserved`);
  if (!isIam) return;
  if (id !== id.toLowerCase()) throw invalid(`user_id "${id}" of an IAM user must be in lower case`);
  if (id.endsWith(".gserviceaccount.com")) {
    throw invalid(`user_id "${id}" of a service account must leave out ".gserviceaccount.com"`);
  }
}

async function checkRoles(session: Session, roles: readonly string[]): Promise<void> {
  const reserved = roles.find((role) => machineryRoles.test(role));
  if (reserved) throw invalid(`database role "${reserved}" cannot be granted`);
  const missing = await missingRoles(session, roles);
  if (missing.length > 0) throw invalid(`database role "${missing[0]}" does not exist`);
}

async function dropUser(session: Session, id: string): Promise<void> {
  if (id === "postgres") throw invalid("user postgres cannot be deleted");
  try {
    await dropRole(session, id);
  } catch (caught) {
    const message = caught instanceof Error ? caught.message : String(caught);
    throw unready(`user ${id} cannot be deleted: ${message}`);
  }
}
