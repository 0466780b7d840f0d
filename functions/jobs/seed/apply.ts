import type { Client } from "pg";
import type { SeedFile } from "./archive.ts";
import { SeedFailure } from "./failure.ts";
import type { Fence } from "./fence.ts";
import type { Log } from "./log.ts";
import { toSqlFailure } from "./sql-failure.ts";
import { type Statement, splitStatements } from "./statement.ts";

/** What became of the seed files. */
export interface Applied {
  readonly applied: number;
  /** Files that had been applied before. */
  readonly kept: number;
}

/** Any number will do as long as every seed runner takes the same one. */
const lockKey = 7_205_117;

/** What applying works with. */
export interface ApplyTools {
  readonly log: Log;
  readonly fence: Fence;
}

const createLedger = `
  CREATE SCHEMA IF NOT EXISTS alloyrun;
  CREATE TABLE IF NOT EXISTS alloyrun.alloyrun_seed (
    file text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

const recordFile = "INSERT INTO alloyrun.alloyrun_seed (file, checksum) VALUES ($1, $2)";

/**
 * Applies the seed files that this database has not seen, in order, each in a transaction of its own unless its first
 * comment says `-- alloyrun: no-transaction`. An advisory lock keeps a second runner waiting, and the fence is asked before
 * anything is kept.
 *
 * @throws SeedFailure `checksum` before anything is applied, when an applied file has changed since; `sql` when a
 * statement fails
 */
export async function applySeedFiles(
  client: Client,
  files: readonly SeedFile[],
  { log, fence }: ApplyTools,
): Promise<Applied> {
  await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
  try {
    await fence();
    await client.query(createLedger);
    const ledger = await readLedger(client);
    const fresh = selectFresh(files, ledger);
    warnOfMissing(files, ledger, log);
    for (const file of fresh) await applyFile(client, file, { log, fence });
    return { applied: fresh.length, kept: files.length - fresh.length };
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [lockKey]).catch(() => undefined);
  }
}

/**
 * The files that the ledger does not know.
 *
 * @param ledger checksum by file name
 * @throws SeedFailure `checksum` naming the first file whose content differs from what was applied
 */
function selectFresh(files: readonly SeedFile[], ledger: ReadonlyMap<string, string>): readonly SeedFile[] {
  const changed = files.find((file) => ledger.has(file.name) && ledger.get(file.name) !== file.checksum);
  if (changed) {
    const message = `${changed.name} was applied before and has changed since: put the change into a new file`;
    throw new SeedFailure({ kind: "checksum", message, facts: { file: changed.name } });
  }
  return files.filter((file) => !ledger.has(file.name));
}

async function readLedger(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ file: string; checksum: string }>(
    "SELECT file, checksum FROM alloyrun.alloyrun_seed",
  );
  return new Map(rows.map(({ file, checksum }) => [file, checksum]));
}

function warnOfMissing(files: readonly SeedFile[], ledger: ReadonlyMap<string, string>, log: Log): void {
  const present = new Set(files.map(({ name }) => name));
  for (const file of ledger.keys()) {
    if (!present.has(file))
      log("WARNING", `${file} was applied before and is no longer among the seed files`, { file });
  }
}

async function applyFile(client: Client, file: SeedFile, { log, fence }: ApplyTools): Promise<void> {
  const statements = splitStatements(file.text);
  if (wantsNoTransaction(file.text)) await applyOneByOne(client, file, { statements, fence });
  else await applyAtOnce(client, file, { statements, fence });
  log("INFO", `${file.name} applied`, { file: file.name, statements: statements.length });
}

interface Work {
  readonly statements: readonly Statement[];
  readonly fence: Fence;
}

/**
 * `CREATE INDEX CONCURRENTLY` and its like refuse transactions. Such a file starts over when it failed half-way, and each of
 * its statements is kept as soon as it is done: one that runs while the environment is taken over is done all the same.
 */
async function applyOneByOne(client: Client, file: SeedFile, { statements, fence }: Work): Promise<void> {
  for (const statement of statements) {
    await fence();
    await execute(client, file, statement);
  }
  await fence();
  await client.query(recordFile, [file.name, file.checksum]);
}

async function applyAtOnce(client: Client, file: SeedFile, { statements, fence }: Work): Promise<void> {
  refuseTransactionControl(file, statements);
  await client.query("BEGIN");
  try {
    for (const statement of statements) await execute(client, file, statement);
    await client.query(recordFile, [file.name, file.checksum]);
    await fence();
    await commit(client, file);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function execute(client: Client, file: SeedFile, statement: Statement): Promise<void> {
  try {
    await client.query(statement.text);
  } catch (error) {
    throw toSqlFailure({ error, file: file.name, statement });
  }
}

/** Deferred constraints speak up only here, and belong to no statement. */
async function commit(client: Client, file: SeedFile): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (error) {
    throw toSqlFailure({ error, file: file.name });
  }
}

function wantsNoTransaction(text: string): boolean {
  return /^\uFEFF?\s*--\s*alloyrun:\s*no-transaction\s*$/m.test(text.split("\n", 5).join("\n"));
}

/** A COMMIT inside a file would keep half of it when the rest fails. Savepoints may come and go. */
const transactionControl =
  /^(begin|start\s+transaction|commit|end|abort|rollback(?!\s+(work\s+|transaction\s+)?to\b))\b/i;

function refuseTransactionControl(file: SeedFile, statements: readonly Statement[]): void {
  const found = statements.find(({ text }) => transactionControl.test(text));
  if (!found) return;
  const place = `${file.name}, statement ${found.number}, line ${found.line}`;
  const word = found.text.split(/\s/, 1)[0];
  throw new SeedFailure({
    kind: "sql",
    message: `${place}: remove ${word}: each file is a transaction already, unless it begins with "-- alloyrun: no-transaction"`,
    facts: { file: file.name, statement: found.number, line: found.line },
  });
}
