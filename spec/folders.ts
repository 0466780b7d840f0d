import type { Finding, SpecProblem } from "./problem.ts";
import { isBelow } from "./repair.ts";
import type { EnvironmentFile } from "./schema.ts";
import { checkSql } from "./sql/check.ts";

/** How the folders that a spec names are read; paths are as the spec has them, so relative to it as a rule. */
export interface FolderReader {
  /** Paths of all files below a folder, relative to it and with `/` between; undefined when there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[] | undefined>;
  /** Content of a file below a folder. */
  readonly read: (folder: string, path: string) => Promise<Uint8Array>;
}

/** What is known of the file while its folders are checked. */
interface Setting {
  readonly folders: FolderReader;
  readonly changed: readonly (readonly PropertyKey[])[];
  readonly place: (finding: Finding) => SpecProblem;
}

const seedPath = ["spec", "database", "seed", "directory"];
const sourcePath = ["spec", "service", "source"];

/** Checks that the folders of a spec are there and that the seed files are what PostgreSQL may be given. */
export async function checkFolders({ spec }: EnvironmentFile, setting: Setting): Promise<SpecProblem[]> {
  const { source } = spec.service;
  const ofSource =
    source === undefined || isBelow(sourcePath, setting.changed) ? [] : await checkSource(source, setting);
  const ofSeed = isBelow(seedPath, setting.changed) ? [] : await checkSeed(spec.database.seed.directory, setting);
  return [...ofSource, ...ofSeed];
}

async function checkSource(folder: string, { folders, place }: Setting): Promise<SpecProblem[]> {
  const paths = await folders.list(folder);
  if (paths && paths.length > 0) return [];
  const message = paths ? `${folder} is an empty folder` : `there is no folder ${folder}`;
  return [place({ path: sourcePath, message, fix: "name the application's folder, relative to this file" })];
}

async function checkSeed(folder: string, { folders, place }: Setting): Promise<SpecProblem[]> {
  const paths = await folders.list(folder);
  const fix = "name a folder of .sql files, relative to this file";
  if (!paths) return [place({ path: seedPath, message: `there is no folder ${folder}`, fix })];
  const files = paths.filter((path) => path.endsWith(".sql")).sort();
  if (files.length === 0) return [place({ path: seedPath, message: `${folder} contains no .sql file`, fix })];
  const order = checkOrder(files);
  const found = await Promise.all(
    files.map(async (file) => checkSeedFile({ folder, file }, await folders.read(folder, file))),
  );
  return [...(order ? [place(order)] : []), ...found.flat()];
}

/** `10_b.sql` comes before `2_a.sql` by its characters, which nobody means who writes numbers. */
function checkOrder(files: readonly string[]): Finding | undefined {
  for (const [index, file] of files.entries()) {
    const [before, here] = [numberOf(files[index - 1]), numberOf(file)];
    if (before === undefined || here === undefined || before <= here) continue;
    const message = `${files[index - 1]} would be applied before ${file}: files go by the characters of their names`;
    return { path: seedPath, message, fix: "give the numbers equally many digits, such as 002 and 010" };
  }
  return undefined;
}

function numberOf(path: string | undefined): number | undefined {
  const digits = /^\d+/.exec(path ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function checkSeedFile(
  { folder, file }: { readonly folder: string; readonly file: string },
  bytes: Uint8Array,
): SpecProblem[] {
  const shown = `${folder.replace(/^\.\//, "").replace(/\/$/, "")}/${file}`;
  const at = { file: shown, path: seedPath.join(".") };
  const sql = decode(bytes);
  if (sql === undefined || sql.includes("\0")) {
    return [{ ...at, line: 1, column: 1, message: "is not a text file", fix: "save it as UTF-8, or remove it" }];
  }
  return checkSql(sql).map(({ offset, message, fix }) => ({ ...at, ...placeOf(sql, offset), message, fix }));
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
