import type { AlloyDbClient, QueryOutcome, User } from "../../google/clients/alloydb.ts";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { ApiError } from "../../google/error.ts";
import type { Change } from "../../plan/change.ts";
import type { InstanceInput } from "../../plan/steps/instance.ts";
import { notYet } from "../answer.ts";
import { creation } from "../changes.ts";
import type { Pending } from "../contract.ts";
import { type KeptPassword, keepPassword, readPassword } from "./password.ts";

/** What makes and proves logins. */
export interface LoginTools {
  readonly alloydb: AlloyDbClient;
  readonly secretManager: SecretManagerClient;
}

/** The application's login, as it stands now. */
export interface Login {
  /** `projects/{project}/secrets/{secret}/versions/{version}`: the password; absent with IAM login. */
  readonly version?: string;
  readonly changes: readonly Change[];
}

/**
 * Proves that the database answers: an operation that is done does not say so.
 *
 * @param adminVersion version of the secret that holds the password of `postgres`
 * @returns what to wait for, or nothing when a query answered
 */
export async function awaitAnswer(
  input: InstanceInput,
  adminVersion: string,
  { alloydb, secretManager }: LoginTools,
): Promise<Pending | undefined> {
  const { value } = await readPassword(secretManager, adminVersion);
  const { isOk, message } = await query(alloydb, input, { user: "postgres", password: value });
  return isOk
    ? undefined
    : notYet({ reason: `${input.instance} does not answer yet: ${message}`, retryAfterSeconds: 5 });
}

/**
 * Makes sure that the application can log in. AlloyDB sets the password of a user that is created again, so that is done
 * only when the user is missing or the kept password does not log in.
 */
export async function ensureLogin(input: InstanceInput, tools: LoginTools): Promise<Login> {
  const name = `${input.cluster}/users/${input.login.user}`;
  const existing = await tools.alloydb.getUser(name);
  return input.applicationSecret === undefined
    ? ensureIamLogin(name, existing, tools)
    : ensurePasswordLogin({ name, existing, input, tools, secret: input.applicationSecret });
}

async function ensureIamLogin(name: string, existing: User | undefined, { alloydb }: LoginTools): Promise<Login> {
  if (existing?.userType === "ALLOYDB_IAM_USER") return { changes: [] };
  await alloydb.createUser(name, { userType: "ALLOYDB_IAM_USER", databaseRoles: ["alloydbiamuser"] });
  return { changes: [creation(name)] };
}

async function ensurePasswordLogin(login: {
  readonly name: string;
  readonly existing: User | undefined;
  readonly input: InstanceInput;
  readonly tools: LoginTools;
  readonly secret: string;
}): Promise<Login> {
  const { name, existing, input, tools } = login;
  const kept = await keepPassword(tools.secretManager, login.secret);
  if (existing && (await logsIn(input, kept, tools))) return { version: kept.version, changes: [] };
  await tools.alloydb.createUser(name, { userType: "ALLOYDB_BUILT_IN", password: kept.value, keepExtraRoles: true });
  return { version: kept.version, changes: [creation(name)] };
}

async function logsIn(input: InstanceInput, { value }: KeptPassword, { alloydb }: LoginTools): Promise<boolean> {
  return (await query(alloydb, input, { user: input.login.user, password: value })).isOk;
}

const refusals: ReadonlySet<string> = new Set(["INVALID_ARGUMENT", "FAILED_PRECONDITION", "UNAUTHENTICATED"]);

/** A login that the database refuses may come back as a failed statement or as a failed call. */
async function query(
  alloydb: AlloyDbClient,
  { instance }: InstanceInput,
  credentials: { readonly user: string; readonly password: string },
): Promise<QueryOutcome> {
  const asked = alloydb.executeSql({ instance, database: "postgres", sqlStatement: "SELECT 1", ...credentials });
  return asked.catch((caught: unknown) => {
    if (!(caught instanceof ApiError) || !refusals.has(caught.code)) throw caught;
    return { isOk: false, message: caught.text.replaceAll(credentials.password, "…"), rows: [] };
  });
}
