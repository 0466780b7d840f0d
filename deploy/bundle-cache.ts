import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { sha256 } from "../spec/names.ts";

/** A file that went into a build, relative to the project's folder, and the SHA-256 of what it was. */
type Input = readonly [path: string, sha256: string];

interface Kept<Result> {
  readonly inputs: readonly Input[];
  readonly result: Result;
}

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = join(root, "node_modules", ".cache", "alloyrun", "bundles");

/**
 * Gives what a build gave the last time if every file that went into it is still the same; else builds, and keeps that
 * beside the packages. Where nothing can be kept, as in an installation that others own, it is built each time.
 *
 * @param wanted what is built and how, the version of who builds it included
 */
export async function buildOnce<Result>(
  wanted: object,
  build: () => Promise<{ readonly inputs: readonly string[]; readonly result: Result }>,
): Promise<Result> {
  const file = join(folder, sha256(JSON.stringify(wanted)));
  const kept = await readKept<Result>(file);
  if (kept && (await Promise.all(kept.inputs.map(isSame))).every(Boolean)) return kept.result;
  const { inputs, result } = await build();
  await keep(file, { inputs: await Promise.all(inputs.map(toInput)), result });
  return result;
}

async function readKept<Result>(file: string): Promise<Kept<Result> | undefined> {
  try {
    return deserialize(await readFile(file)) as Kept<Result>;
  } catch {
    return undefined;
  }
}

/** Another process may read or write it at the same time: it is there whole, or not at all. */
async function keep(file: string, kept: Kept<unknown>): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(written, serialize(kept));
    await rename(written, file);
  } catch {
    await rm(written, { force: true }).catch(() => undefined);
  }
}

async function toInput(path: string): Promise<Input> {
  return [path, sha256(await readFile(join(root, path)))];
}

async function isSame([path, before]: Input): Promise<boolean> {
  const now = await toInput(path).catch(() => undefined);
  return now?.[1] === before;
}
