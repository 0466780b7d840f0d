import { replicaRole } from "./host-rules.ts";

/**
 * The roles that a cluster starts with. As on AlloyDB, `postgres` administers databases and roles but is no superuser,
 * and nobody logs in as one from outside.
 *
 * @see https://cloud.google.com/alloydb/docs/database-users/overview
 */
export const bootstrapStatements: readonly string[] = [
  "CREATE ROLE alloydbsuperuser NOLOGIN CREATEDB CREATEROLE",
  "CREATE ROLE alloydbiamuser NOLOGIN",
  `CREATE ROLE ${replicaRole} LOGIN REPLICATION`,
  "GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_read_all_settings TO alloydbsuperuser WITH ADMIN OPTION",
  "CREATE ROLE postgres LOGIN NOSUPERUSER CREATEDB CREATEROLE",
  "GRANT alloydbsuperuser TO postgres",
  "ALTER DATABASE postgres OWNER TO alloydbsuperuser",
];
