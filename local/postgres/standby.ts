import { rm } from "node:fs/promises";
import path from "node:path";
import { copyDataDirectory, writeOwned } from "./data-directory.ts";
import { replicaRole } from "./host-rules.ts";
import type { Installation } from "./postgres.ts";
import { innerPort, postgresPort } from "./server.ts";
import { type Login, withSession } from "./session.ts";

/** What a standby follows. */
export interface StandbySource {
  /** The superuser's login to the running primary. */
  readonly login: Login;
  readonly dataDirectory: string;
  /** Name of the replication slot: lower-case letters, digits and underscores. */
  readonly slot: string;
}

/** What a running server keeps for itself or would be wrong in a copy. */
const notCopied = [
  "postmaster.pid",
  "postmaster.opts",
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
];

/**
 * Makes the data directory of a hot standby from a running primary: a base backup over its files, and a slot that keeps
 * the write-ahead log until the standby has it. What is left of an attempt that was killed is replaced.
 *
 * @see https://www.postgresql.org/docs/16/continuous-archiving.html
 */
export async function createStandby(source: StandbySource, target: string, { binaries }: Installation): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await dropSlot(source.login, source.slot);
  const label = await withSession(source.login, async (session) => {
    await session.query("SELECT pg_create_physical_replication_slot($1, true)", [source.slot]);
    await session.query("SELECT pg_backup_start('standby', fast => true)");
    await copyDataDirectory(source.dataDirectory, target, { user: binaries.user, except: notCopied });
    const { rows } = await session.query("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)");
    return String(rows[0].labelfile);
  });
  const write = (file: string, content: string) => writeOwned(path.join(target, file), content, binaries.user);
  await write("backup_label", label);
  await write("standby.signal", "");
}

/**
 * Leads a standby to its primary, wherever that is by now.
 *
 * @returns the parameters with which the standby's server starts
 */
export async function followPrimary(
  source: Pick<StandbySource, "login" | "slot">,
  target: string,
  { binaries, certificates }: Installation,
): Promise<Readonly<Record<string, string>>> {
  const write = (file: string, content: string) => writeOwned(path.join(target, file), content, binaries.user);
  await write("replica.crt", certificates.replica.certificate);
  await write("replica.key", certificates.replica.key);
  await write("primary.crt", source.login.serverAuthority);
  return { primary_slot_name: source.slot, primary_conninfo: connectionText(source.login.address, target) };
}

/** Gives up what the primary keeps for a standby that is gone. */
export async function dropSlot(login: Login, slot: string): Promise<void> {
  await withSession(login, async (session) => {
    await session.query(
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active",
      [slot],
    );
  });
}

/** The primary may change the port it is at; whoever else answers at the usual one comes second. */
function connectionText(address: string, directory: string): string {
  const values = {
    hostaddr: `${address},${address}`,
    host: `${address},${address}`,
    port: `${innerPort},${postgresPort}`,
    user: replicaRole,
    sslmode: "verify-full",
    sslrootcert: path.join(directory, "primary.crt"),
    sslcert: path.join(directory, "replica.crt"),
    sslkey: path.join(directory, "replica.key"),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}='${String(value).replace(/[\\']/g, "\\$&")}'`)
    .join(" ");
}
