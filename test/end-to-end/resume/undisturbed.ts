import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { packFolder } from "../../../deploy/pack.ts";
import type { RunView } from "../../../functions/api.ts";
import { createEnvironment } from "../support/environment.ts";
import { installationSnapshot } from "../support/installation.ts";
import { type Action, type Boundary, boundariesOf } from "./boundary.ts";
import { type Case, casesOf } from "./case.ts";
import { type CrashCloud, settled, startCrashCloud } from "./crash-cloud.ts";
import { askFor, type Course, type End, environment, latestRun, readRun, requestOf } from "./perform.ts";
import type { Standing } from "./standing.ts";

const run = promisify(execFile);
const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

/** What is known of the runs to which nothing happened. */
export interface Undisturbed {
  readonly course: Course;
  readonly boundaries: readonly Boundary[];
  readonly cases: readonly Case[];
  /** Ids of the runs, by which a fork of one finds it again. */
  readonly runs: Readonly<Record<Action, string>>;
  /** What had been counted when each of them began. */
  readonly before: Readonly<Record<Action, Standing["counts"]>>;
  /** Below it are the snapshots that were taken just before calls, by action. */
  readonly snapshots: string;
  remove(): void;
}

/** Builds, rebuilds and takes down one environment where alloyrun is installed, undisturbed. */
export async function playUndisturbed(options: {
  readonly directory: string;
  readonly seed: string;
  /** Which part of the calls a snapshot is taken before. */
  readonly share: number;
}): Promise<Undisturbed> {
  const { directory, seed, share } = options;
  const snapshots = join(directory, "snapshots");
  const cloud = await startCrashCloud({ state: join(directory, "undisturbed"), from: await installationSnapshot() });
  const written = createEnvironment(environment);
  const before: Partial<Record<Action, Standing["counts"]>> = {};
  const ends: Partial<Record<Action, End>> = {};
  const runs: Partial<Record<Action, string>> = {};
  const boundaries: Boundary[] = [];
  let counts: Standing["counts"] = {};

  async function play(action: Action, work: () => Promise<RunView["state"]>): Promise<void> {
    mkdirSync(join(snapshots, action), { recursive: true, mode: 0o711 });
    await cloud.snapshot(join(snapshots, action, start));
    await cloud.keepSnapshots({ directory: join(snapshots, action), share, seed });
    const { length } = await cloud.journal();
    before[action] = counts;
    const state = await work();
    boundaries.push(...boundariesOf(action, await cloud.journal(length)));
    runs[action] = await latestRun(cloud, action);
    const standing = await settled(cloud, environment);
    if (standing.problems.length > 0) throw new Error(standing.problems.join("\n"));
    ends[action] = { state, resources: standing.resources, added: addedTo(counts, standing.counts) };
    counts = standing.counts;
  }

  try {
    await play("up", () => alloyrun(cloud, "up", written.file).then(() => "succeeded"));
    const object = `b/my-project-alloyrun/o/${encodeURIComponent(`specs/${environment}.yaml`)}`;
    const spec = await cloud.api(`GET storage.googleapis.com/storage/v1/${object}?alt=media`);
    await play("rebuild", () => runToEnd(cloud, "rebuild", spec));
    await play("down", () => runToEnd(cloud, "down", spec));
    const gone = await awaitGone(cloud, before.down ?? {});
    const course = { spec, file: written.file, ends: ends as Course["ends"], gone };
    const cases = casesOf(boundaries);
    return {
      course,
      boundaries,
      cases,
      runs: runs as Undisturbed["runs"],
      before: before as Undisturbed["before"],
      snapshots,
      remove: written.remove,
    };
  } catch (caught) {
    written.remove();
    throw caught;
  } finally {
    await cloud.stop();
  }
}

/** A spec whose folders lie in the bucket. */
export interface Packed {
  readonly spec: string;
  readonly folders: { readonly source: string; readonly seed: string };
  remove(): void;
}

/** Brings the folders of a spec into the bucket, as the command line does before it asks. */
export async function packEnvironment(cloud: CrashCloud, written = createEnvironment(environment)): Promise<Packed> {
  const pack = async (prefix: string, folder: string) => {
    const { name, bytes } = await packFolder(join(dirname(written.file), folder));
    await cloud.upload("my-project-alloyrun", `${prefix}/${name}`, bytes);
    return `${prefix}/${name}`;
  };
  const folders = { source: await pack("sources", "app"), seed: await pack("seeds", "seed") };
  return { spec: readFileSync(written.file, "utf8"), folders, remove: written.remove };
}

async function alloyrun(cloud: CrashCloud, ...args: string[]): Promise<void> {
  const env = { PATH: process.env.PATH ?? "", ...(await cloud.environment()) };
  await run(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], { env });
}

async function runToEnd(cloud: CrashCloud, action: Action, spec: string): Promise<RunView["state"]> {
  const id = await askFor(requestOf(action, { spec }), cloud).run();
  await cloud.end((await readRun(cloud, id)).execution);
  return (await readRun(cloud, id)).state;
}

/** Lets time pass until the sweep has finished what the removal left. */
async function awaitGone(cloud: CrashCloud, before: Standing["counts"]): Promise<End> {
  for (let hours = 1; hours <= 48; hours += 1) {
    await cloud.advance(3600);
    const { resources, counts, problems } = await settled(cloud, environment);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    const isListed = resources.some((line) => line.startsWith("teardowns/"));
    if (!isListed) return { state: "succeeded", resources, added: addedTo(before, counts) };
  }
  throw new Error("the removal never came to its end");
}

function addedTo(before: Standing["counts"], after: Standing["counts"]): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}

const start = "start";

/** The snapshot from just before a run was asked for. */
export function startOf({ snapshots }: Undisturbed, action: Action): string {
  return join(snapshots, action, start);
}

/** The snapshot from just before a call, if there is one. */
export function snapshotOf({ snapshots }: Undisturbed, { action, caller, method, nth }: Boundary): string | undefined {
  const path = join(snapshots, action, encodeURIComponent([caller, method, nth].join(" ")));
  return existsSync(path) ? path : undefined;
}
