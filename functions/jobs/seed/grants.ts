import { type Client, escapeIdentifier } from "pg";
import { SeedFailure } from "./failure.ts";
import { toSqlFailure } from "./sql-failure.ts";

/** Rights that the application has on every table. */
const tableRights = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;

/** Schemas whose tables are the application's: not PostgreSQL's own, not ours. */
const ownSchemas = `
  SELECT oid, nspname AS name FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'alloyrun', 'google_ml', 'ai')
    AND (pg_has_role(nspowner, 'USAGE') OR has_schema_privilege(oid, 'USAGE WITH GRANT OPTION'))`;

/**
 * Gives the application's user rights on all tables and sequences, those to come included.
 *
 * @throws SeedFailure `sql`
 */
export async function grantRights(client: Client, options: GrantOptions): Promise<void> {
  const user = escapeIdentifier(options.user);
  const rights = tableRights.join(", ");
  await run(client, `GRANT CONNECT ON DATABASE ${escapeIdentifier(options.database)} TO ${user}`);
  for (const schema of (await listSchemas(client)).map(escapeIdentifier)) {
    await run(client, `GRANT USAGE ON SCHEMA ${schema} TO ${user}`);
    await run(client, `GRANT ${rights} ON ALL TABLES IN SCHEMA ${schema} TO ${user}`);
    await run(client, `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${user}`);
    await run(client, `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ${rights} ON TABLES TO ${user}`);
    await run(client, `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE, SELECT ON SEQUENCES TO ${user}`);
  }
}

/** Who gets rights, and where. */
export interface GrantOptions {
  readonly database: string;
  readonly user: string;
}

/**
 * Tables on which a user lacks one of the rights, as `schema.table: RIGHT`. Reads PostgreSQL's own account of rights, so it
 * works for users that nobody can log in as from here.
 */
export async function findMissingRights(client: Client, user: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ missing: string }>(
    `WITH own AS (${ownSchemas})
     SELECT format('%I.%I: %s', own.name, c.relname, r.privilege) AS missing
     FROM pg_class c JOIN own ON own.oid = c.relnamespace CROSS JOIN unnest($2::text[]) AS r(privilege)
     WHERE c.relkind IN ('r', 'p') AND NOT (
       has_table_privilege($1::name, c.oid, r.privilege) AND has_schema_privilege($1::name, own.oid, 'USAGE'))
     ORDER BY 1`,
    [user, tableRights],
  );
  return rows.map(({ missing }) => missing);
}

/** Full names of the application's tables, quoted for use in SQL. */
export async function listTables(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `WITH own AS (${ownSchemas})
     SELECT format('%I.%I', own.name, c.relname) AS name FROM pg_class c JOIN own ON own.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function listSchemas(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(`${ownSchemas} ORDER BY nspname`);
  return rows.map(({ name }) => name);
}

async function run(client: Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw toSqlFailure({ error, file: "granting the application its rights" });
  }
}

/**
 * Ends the seed when the application's user lacks rights.
 *
 * @throws SeedFailure `sql` naming the first few tables
 */
export function refuseMissing(user: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const shown = missing.slice(0, 5).join(", ");
  throw new SeedFailure({ kind: "sql", message: `${user} lacks rights on ${missing.length} tables: ${shown}` });
}
