import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { applySeedFiles } from "./apply.ts";
import { readSeedFiles, type SeedFile } from "./archive.ts";
import { connect, disconnect, type Login } from "./connect.ts";
import { SeedFailure } from "./failure.ts";
import { createFence, type Fence } from "./fence.ts";
import { readClusterAuthority, readObject, type SignedFetch } from "./google-cloud.ts";
import { findMissingRights, grantRights, listTables, refuseMissing } from "./grants.ts";
import type { Log } from "./log.ts";
import { type Patience, persist } from "./patience.ts";
import type { Application, SeedSettings } from "./settings.ts";
import { toSqlFailure } from "./sql-failure.ts";

/** What the seed runner works with. */
export interface SeedTools {
  readonly signedFetch: SignedFetch;
  readonly patience: Patience;
  readonly log: Log;
}

/**
 * Creates the database if it is missing, applies the seed files that it has not seen, gives the application's user its
 * rights, and proves them.
 *
 * @throws SeedFailure whose kind is the exit code
 */
export async function seedDatabase(settings: SeedSettings, tools: SeedTools): Promise<void> {
  const { host, port, database, application } = settings;
  const files = await fetchSeedFiles(settings, tools);
  const authority = await patiently(tools, () => readClusterAuthority(tools.signedFetch, settings.cluster));
  const login: Login = { ...settings.administrator, host, port, database, authority };
  const { signedFetch, log } = tools;
  const fence = createFence(settings.lock, { signedFetch, retrying: (read) => patiently(tools, read) });
  await ensureDatabase(login, fence, tools);
  const client = await connect(login, tools.patience, tools.log);
  try {
    const { applied, kept } = await applySeedFiles(client, files, { log, fence });
    await fence();
    await grantRights(client, { database, user: application.user });
    refuseMissing(application.user, await findMissingRights(client, application.user));
    const tables = await listTables(client);
    await proveLogin(login, application, { tables, tools });
    tools.log("INFO", "seeded", { applied, kept, tables: tables.length });
  } finally {
    await disconnect(client);
  }
}

async function fetchSeedFiles(settings: SeedSettings, tools: SeedTools): Promise<readonly SeedFile[]> {
  if (!settings.archive) return [];
  const { bucket, object } = settings.archive;
  const packed = await patiently(tools, () => readObject(tools.signedFetch, bucket, object));
  const files = await readSeedFiles(object, packed);
  tools.log("INFO", `${object} holds ${files.length} seed files`);
  return files;
}

/** Google's APIs are beyond the same cold egress as the database, and fresh IAM grants take a moment. */
async function patiently<Result>(tools: SeedTools, attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await persist(tools.patience, attempt, {
      isLasting: () => false,
      onFailure: (error, count) => tools.log("WARNING", `${text(error)}; trying again`, { attempt: count }),
    });
  } catch (cause) {
    if (cause instanceof SeedFailure) throw cause;
    throw new SeedFailure({ kind: "connect", message: `Google Cloud cannot be reached: ${text(cause)}`, cause });
  }
}

/** The database is created from `postgres`, the one that every cluster has. Two runners may meet here; one wins. */
async function ensureDatabase(login: Login, fence: Fence, tools: SeedTools): Promise<void> {
  const client = await connect({ ...login, database: "postgres" }, tools.patience, tools.log);
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [login.database]);
    if (rowCount) return;
    await fence();
    await client.query(`CREATE DATABASE ${escapeIdentifier(login.database)}`);
    tools.log("INFO", `database ${login.database} created`);
  } catch (error) {
    if (error instanceof SeedFailure) throw error;
    if (!isLostRace(error)) throw toSqlFailure({ error, file: `creating database ${login.database}` });
  } finally {
    await disconnect(client);
  }
}

/** 42P04: the database exists; 23505: it came into being at the same moment. */
function isLostRace(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === "42P04" || error.code === "23505");
}

/** With a password of its own the application's login is tried; an IAM login is proved by the revision that uses it. */
async function proveLogin(
  login: Login,
  application: Application,
  { tables, tools }: { readonly tables: readonly string[]; readonly tools: SeedTools },
): Promise<void> {
  if (application.auth === "iam") return;
  const { user, password } = application;
  const client = await connect({ ...login, user, password }, tools.patience, tools.log);
  try {
    for (const table of tables) await readFrom(client, table, user);
  } finally {
    await disconnect(client);
  }
}

async function readFrom(client: Client, table: string, user: string): Promise<void> {
  try {
    await client.query(`SELECT FROM ${table} LIMIT 1`);
  } catch (error) {
    throw toSqlFailure({ error, file: `reading ${table} as ${user}` });
  }
}

function text(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
