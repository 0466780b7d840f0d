import type { AlloyDbClient } from "../../google/clients/alloydb.ts";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { ApiError } from "../../google/error.ts";
import { databaseName } from "../../spec/names.ts";
import { StepError } from "../error.ts";
import { readPassword } from "./password.ts";

/** Where databases lie, and how one gets at them. */
export interface DatabaseServer {
  /** Full name of the instance. */
  readonly instance: string;
  /** Version of the secret that holds the password of `postgres`. */
  readonly adminVersion: string;
}

/** What works on databases. */
export interface DatabaseTools {
  readonly alloydb: Pick<AlloyDbClient, "executeSql">;
  readonly secretManager: SecretManagerClient;
}

/** The databases of a server that are generations of one, in the order of their names. */
export async function listGenerations(
  server: DatabaseServer,
  first: string,
  tools: DatabaseTools,
): Promise<readonly string[]> {
  const rows = await run(server, "SELECT datname FROM pg_database ORDER BY datname", tools);
  return rows.flatMap(([name]) => (name && isGenerationOf(first, name) ? [name] : []));
}

/** Drops a database with all that is in it; connections that are left are cut. Absent is fine. */
export async function dropDatabase(server: DatabaseServer, name: string, tools: DatabaseTools): Promise<void> {
  await run(server, `DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}" WITH (FORCE)`, tools);
}

async function run(server: DatabaseServer, sqlStatement: string, { alloydb, secretManager }: DatabaseTools) {
  const { instance, adminVersion } = server;
  const { value: password } = await readPassword(secretManager, adminVersion);
  const query = { instance, database: "postgres", user: "postgres", password, sqlStatement };
  const { isOk, message, rows } = await alloydb.executeSql(query).catch(refuseUntilReady);
  if (isOk) return rows;
  throw new StepError({
    code: "UNAVAILABLE",
    reason: "SQL_FAILED",
    resource: instance,
    message: `${sqlStatement}: ${message.replaceAll(password, "…")}`,
  });
}

/**
 * What becomes of a refused call to an instance that was READY when it was looked at: Google may repair it the moment after.
 *
 * @throws StepError UNAVAILABLE, retryable, for FAILED_PRECONDITION; anything else as it came
 */
export function refuseUntilReady(caught: unknown): never {
  if (!(caught instanceof ApiError) || caught.code !== "FAILED_PRECONDITION") throw caught;
  const { resource, message } = caught;
  throw new StepError({ code: "UNAVAILABLE", reason: "INSTANCE_NOT_READY", resource, message });
}

function isGenerationOf(first: string, name: string): boolean {
  const generation = Number(/_g(\d{1,6})$/.exec(name)?.[1] ?? 1);
  return databaseName(first, generation) === name;
}
