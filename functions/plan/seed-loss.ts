import type { StorageClient } from "../../google/clients/storage.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import type { Observations } from "../../plan/digest.ts";
import { sameGenerations } from "../../plan/generation.ts";
import { seedLossField } from "../../plan/loss.ts";
import { findLoss } from "../../spec/sql/loss.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan } from "../entry/stored.ts";
import { readSeedFiles, type SeedFile } from "../jobs/seed/archive.ts";
import { SeedFailure } from "../jobs/seed/failure.ts";
import { lineAt } from "../jobs/seed/statement.ts";
import { seedObjectOf } from "./seed-object.ts";

/** What a seed would be applied to. */
export interface Seeding extends Pick<Observations, "changes" | "generations"> {
  readonly bucket: string;
  readonly plan: Pick<StoredPlan, "steps">;
  readonly ledger: Pick<StoredEnvironment, "serves" | "seed"> | undefined;
  /** What is done, or planned. */
  readonly action: Run["action"];
}

/** Larger archives are not looked through: this function has little memory, and people wait for its answer. */
const mostPackedBytes = 8 * 1024 ** 2;
const mostUnpackedBytes = 48 * 1024 ** 2;

/** So many files are told one by one. */
const mostTold = 10;

/**
 * The changes with what new or changed seed files may cost, where they are applied to a database whose rows are in use:
 * they lose rows unless they are shown to create and insert only, and no code. Which files those are, only the archives tell.
 */
export async function withSeedLoss(
  storage: Pick<StorageClient, "getObject" | "readBytes">,
  { bucket, plan, ledger, action, generations, changes }: Seeding,
): Promise<Observations["changes"]> {
  const told = changes.seed ?? [];
  const object = seedObjectOf(plan);
  const { serves } = ledger ?? {};
  const isReady = serves !== undefined && sameGenerations(serves, generations);
  // What an unfinished rebuild has moved traffic to is in use as well, and its files are nobody's to know.
  const isInUse = isReady || (serves !== undefined && action === "up");
  const known = isReady ? ledger?.seed : undefined;
  if (told.length === 0 || object === undefined || !isInUse || object === known) return changes;
  const findings = await findingsOf(storage, { bucket, object, known });
  if (findings.length === 0) return changes;
  const more = findings.length - mostTold;
  const fields = [
    ...findings.slice(0, mostTold),
    ...(more > 0 ? [seedLossField(undefined, { to: `${more} more may lose rows` })] : []),
  ];
  return { ...changes, seed: told.map((change, index) => (index === 0 ? withLoss(change, fields) : change)) };
}

function withLoss(change: Change, fields: readonly FieldChange[]): Change {
  return { ...change, fields: [...fields, ...change.fields], effects: { ...change.effects, dataLoss: true } };
}

interface Archives {
  readonly bucket: string;
  readonly object: string;
  /** That which the database was ready with; absent when it is not known. */
  readonly known: string | undefined;
}

async function findingsOf(
  storage: Pick<StorageClient, "getObject" | "readBytes">,
  { bucket, object, known }: Archives,
): Promise<readonly FieldChange[]> {
  const wanted = await readFiles(storage, bucket, object);
  if (typeof wanted === "string") return [seedLossField(undefined, { to: `may lose rows: ${wanted}` })];
  const before = known === undefined ? [] : await readFiles(storage, bucket, known);
  // Without the files of then, all of these are taken for new.
  const checksums = new Map((typeof before === "string" ? [] : before).map(({ name, checksum }) => [name, checksum]));
  return wanted
    .filter(({ name, checksum }) => checksums.get(name) !== checksum)
    .flatMap((file) => findingOf(file, checksums.has(file.name)) ?? []);
}

function findingOf({ name, text }: SeedFile, isKnown: boolean): FieldChange | undefined {
  const loss = findLoss(text);
  if (!loss) return undefined;
  const line = `line ${lineAt(text, loss.offset)}`;
  const says =
    loss.statement === undefined
      ? `may lose rows, for it cannot be read: ${line} ${loss.words}`
      : `statement ${loss.statement}, ${line}, may lose rows: ${loss.words}`;
  return seedLossField(name, { from: isKnown ? "as it was applied" : undefined, to: says });
}

/** The files of an archive; why not, in words, when they cannot be read. */
async function readFiles(
  storage: Pick<StorageClient, "getObject" | "readBytes">,
  bucket: string,
  object: string,
): Promise<readonly SeedFile[] | string> {
  const found = await storage.getObject(bucket, object);
  if (Number(found?.size ?? 0) > mostPackedBytes) return `${object} is too large to be looked through`;
  const packed = found && (await storage.readBytes(bucket, object));
  if (!packed) return `${object} is not in the bucket`;
  try {
    return await readSeedFiles(object, packed, mostUnpackedBytes);
  } catch (caught) {
    if (caught instanceof SeedFailure) return caught.message;
    throw caught;
  }
}
