import type { DatabaseVersion, SupportedDatabaseFlag } from "../model/generated/alloydb.ts";
import { invalid } from "./names.ts";

/** Values of a flag: a switch, a whole number within limits, or a text, perhaps one of a few. */
type FlagValues = "switch" | "float" | readonly [least: number, most: number] | readonly string[] | "text";

interface DatabaseFlag {
  readonly values: FlagValues;
  /** Whether a change restarts the instance. */
  readonly restart?: true;
}

const int = 2147483647;

/**
 * The flags that an instance takes: those of AlloyDB's own behaviour, and the common ones of PostgreSQL.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/alloydb-flags
 */
// biome-ignore format: a table
const databaseFlags: Readonly<Record<string, DatabaseFlag>> = {
  "alloydb.enable_pgaudit":                                { values: "switch", restart: true },
  "alloydb.enable_pg_cron":                                { values: "switch", restart: true },
  "alloydb.enable_pg_hint_plan":                           { values: "switch", restart: true },
  "alloydb.iam_authentication":                            { values: "switch", restart: true },
  "alloydb.log_throttling_window":                         { values: [0, 600] },
  "alloydb.logical_decoding":                              { values: "switch", restart: true },
  "autovacuum":                                            { values: "switch" },
  "autovacuum_analyze_scale_factor":                       { values: "float" },
  "autovacuum_analyze_threshold":                          { values: [0, int] },
  "autovacuum_max_workers":                                { values: [1, 262143], restart: true },
  "autovacuum_naptime":                                    { values: [1, 2147483] },
  "autovacuum_vacuum_cost_delay":                          { values: "float" },
  "autovacuum_vacuum_cost_limit":                          { values: [-1, 10000] },
  "autovacuum_vacuum_scale_factor":                        { values: "float" },
  "autovacuum_vacuum_threshold":                           { values: [0, int] },
  "bgwriter_delay":                                        { values: [10, 10000] },
  "checkpoint_timeout":                                    { values: [30, 86400] },
  "cron.database_name":                                    { values: "text", restart: true },
  "datestyle":                                             { values: "text" },
  "deadlock_timeout":                                      { values: [1, int] },
  "default_statistics_target":                             { values: [1, 10000] },
  "default_transaction_isolation":                         { values: ["read committed", "repeatable read", "serializable"] },
  "default_transaction_read_only":                         { values: "switch" },
  "effective_cache_size":                                  { values: [1, int] },
  "effective_io_concurrency":                              { values: [0, 1000] },
  "enable_hashagg":                                        { values: "switch" },
  "enable_hashjoin":                                       { values: "switch" },
  "enable_indexscan":                                      { values: "switch" },
  "enable_mergejoin":                                      { values: "switch" },
  "enable_nestloop":                                       { values: "switch" },
  "enable_seqscan":                                        { values: "switch" },
  "enable_sort":                                           { values: "switch" },
  "google_columnar_engine.enabled":                        { values: "switch", restart: true },
  "google_columnar_engine.memory_size_in_mb":              { values: [128, int], restart: true },
  "google_ml_integration.enable_model_support":            { values: "switch" },
  "hash_mem_multiplier":                                   { values: "float" },
  "idle_in_transaction_session_timeout":                   { values: [0, int] },
  "idle_session_timeout":                                  { values: [0, int] },
  "join_collapse_limit":                                   { values: [1, int] },
  "lock_timeout":                                          { values: [0, int] },
  "log_autovacuum_min_duration":                           { values: [-1, int] },
  "log_checkpoints":                                       { values: "switch" },
  "log_connections":                                       { values: "switch" },
  "log_disconnections":                                    { values: "switch" },
  "log_duration":                                          { values: "switch" },
  "log_error_verbosity":                                   { values: ["terse", "default", "verbose"] },
  "log_lock_waits":                                        { values: "switch" },
  "log_min_duration_statement":                            { values: [-1, int] },
  "log_min_messages":                                      { values: ["debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error", "log", "fatal", "panic"] },
  "log_statement":                                         { values: ["none", "ddl", "mod", "all"] },
  "log_temp_files":                                        { values: [-1, int] },
  "logical_decoding_work_mem":                             { values: [64, int] },
  "maintenance_work_mem":                                  { values: [1024, int] },
  "max_connections":                                       { values: [10, 240000], restart: true },
  "max_locks_per_transaction":                             { values: [64, int], restart: true },
  "max_parallel_maintenance_workers":                      { values: [0, 1024] },
  "max_parallel_workers":                                  { values: [0, 1024] },
  "max_parallel_workers_per_gather":                       { values: [0, 1024] },
  "max_prepared_transactions":                             { values: [0, 262143], restart: true },
  "max_replication_slots":                                 { values: [10, 262143], restart: true },
  "max_standby_streaming_delay":                           { values: [-1, int] },
  "max_wal_senders":                                       { values: [10, 262143], restart: true },
  "max_worker_processes":                                  { values: [8, 262143], restart: true },
  "password.enforce_complexity":                           { values: "switch" },
  "password.enforce_password_does_not_contain_username":   { values: "switch" },
  "password.min_numerical_chars":                          { values: [0, 512] },
  "password.min_pass_length":                              { values: [0, 512] },
  "password.min_special_chars":                            { values: [0, 512] },
  "password.min_uppercase_letters":                        { values: [0, 512] },
  "random_page_cost":                                      { values: "float" },
  "statement_timeout":                                     { values: [0, int] },
  "temp_buffers":                                          { values: [100, 1073741823] },
  "temp_file_limit":                                       { values: [1048576, int] },
  "timezone":                                              { values: "text" },
  "track_activity_query_size":                             { values: [100, 102400], restart: true },
  "track_commit_timestamp":                                { values: "switch", restart: true },
  "track_io_timing":                                       { values: "switch" },
  "wal_sender_timeout":                                    { values: [0, int] },
  "work_mem":                                              { values: [64, int] },
};

const supportedVersions: readonly DatabaseVersion[] = [
  "POSTGRES_14",
  "POSTGRES_15",
  "POSTGRES_16",
  "POSTGRES_17",
  "POSTGRES_18",
];

/** The catalogue of flags as a location answers it. */
export function supportedFlags(location: string): SupportedDatabaseFlag[] {
  return Object.entries(databaseFlags).map(([flagName, { values, restart }]) => ({
    name: `${location}/flags/${flagName}`,
    flagName,
    supportedDbVersions: supportedVersions,
    requiresDbRestart: restart === true,
    scope: "DATABASE",
    ...describe(values),
  }));
}

function describe(
  values: FlagValues,
): Pick<SupportedDatabaseFlag, "valueType" | "integerRestrictions" | "stringRestrictions"> {
  if (values === "switch") return { valueType: "STRING", stringRestrictions: { allowedValues: ["on", "off"] } };
  if (values === "float") return { valueType: "FLOAT" };
  if (values === "text") return { valueType: "STRING" };
  if (!isLimits(values)) return { valueType: "STRING", stringRestrictions: { allowedValues: values } };
  const [least, most] = values;
  return { valueType: "INTEGER", integerRestrictions: { minValue: `${least}`, maxValue: `${most}` } };
}

function isLimits(values: readonly unknown[]): values is readonly [number, number] {
  return typeof values[0] === "number";
}

/** @throws ApiError INVALID_ARGUMENT for a flag that does not exist or a value that it does not take */
export function checkFlags(given: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(given)) {
    const flag = databaseFlags[name];
    if (!flag) throw invalid(`database flag "${name}" is not supported`);
    if (!takes(flag.values, value)) throw invalid(`database flag "${name}" cannot have the value "${value}"`);
  }
}

function takes(values: FlagValues, value: string): boolean {
  if (values === "switch") return value === "on" || value === "off";
  if (values === "text") return value !== "";
  if (values === "float") return /^-?\d+(\.\d+)?$/.test(value);
  if (!isLimits(values)) return values.includes(value);
  return /^-?\d+$/.test(value) && Number(value) >= values[0] && Number(value) <= values[1];
}
