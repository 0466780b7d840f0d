import { Pool } from "pg";

/** A row of the table `users`; the article's table allows NULL in both columns, which reads as an empty text. */
export interface User {
  readonly id: string;
  readonly name: string;
}

/**
 * Makes the one pool of connections that all requests share.
 *
 * @throws Error naming the variables that are missing
 */
export function createPool(env: NodeJS.ProcessEnv): Pool {
  const { DB_USER, DB_PASS, INSTANCE_HOST, DB_PORT, DB_NAME } = env;
  const missing = Object.entries({ DB_USER, INSTANCE_HOST, DB_PORT, DB_NAME }).filter(([, value]) => !value);
  if (missing.length > 0) throw new Error(`not set in the environment: ${missing.map(([name]) => name).join(", ")}`);
  const pool = new Pool({
    user: DB_USER,
    password: DB_PASS,
    host: INSTANCE_HOST,
    port: Number(DB_PORT),
    database: DB_NAME,
    max: 5,
    connectionTimeoutMillis: 10_000,
    // An instance without CPU between requests cannot keep idle connections healthy.
    idleTimeoutMillis: 30_000,
  });
  // A connection that breaks while idle is replaced by the next query; without a listener it would end the process.
  pool.on("error", (error) => console.error(`an idle connection broke: ${error.message}`));
  return pool;
}

/** All users, in the order of the table. */
export async function selectUsers(pool: Pool): Promise<readonly User[]> {
  const { rows } = await pool.query<{ id: string | null; name: string | null }>("SELECT id, name FROM users");
  return rows.map(({ id, name }) => ({ id: id ?? "", name: name ?? "" }));
}
