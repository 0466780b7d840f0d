import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Store } from "../store.ts";
import type { ChangeLog } from "./change-log.ts";
import { copyTree } from "./copy-tree.ts";
import { withoutPlace } from "./start-record.ts";

/** The log of changes in a state directory. */
export const logFile = "changes.jsonl";

/** What belongs to the process that has the directory, or is made anew by the next. */
const notCopied = [logFile, "lock", "processes.jsonl", "workload/instances", "postgres/lib", "postgres/lib-of-copy"];

/** What is written once and only read from then on. */
const unchanging = ["storage", "postgres/template", "postgres/native", "journal.jsonl.1"];

/** What a snapshot is taken of. */
export interface Snapshot {
  readonly directory: string;
  readonly store: Store;
  readonly log: ChangeLog;
  /** A directory that is not there yet. */
  readonly target: string;
}

/**
 * Copies a state directory in one go; it appears at once, whole. Whoever writes in it beside this process must stand
 * still meanwhile.
 *
 * @throws Error when the target is there already, or lies in the directory itself
 */
export function writeSnapshot({ directory, store, log, target }: Snapshot): void {
  const place = resolve(target);
  if (existsSync(place)) throw new Error(`${place} is there already: name a directory that a snapshot can become`);
  if (`${place}/`.startsWith(`${directory}/`)) throw new Error(`${place} lies in the state directory itself`);
  const draft = `${place}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  copyTree(directory, draft, { skip: notCopied, link: unchanging });
  log.copyTo(join(draft, logFile), [withoutPlace(store)]);
  renameSync(draft, place);
}

/**
 * Lets a new state directory begin as a snapshot. The log comes last: without it there is no state yet.
 *
 * @throws Error when there is no snapshot, or the directory has a state already
 */
export function copySnapshot(snapshot: string, directory: string): void {
  const source = resolve(snapshot);
  if (!existsSync(join(source, logFile))) throw new Error(`${source} is no snapshot of a local Google Cloud`);
  if (existsSync(join(directory, logFile)))
    throw new Error(`${directory} has a state already: name an empty directory`);
  copyTree(source, directory, { skip: [logFile], link: unchanging });
  const draft = join(directory, `${logFile}.new`);
  copyTree(join(source, logFile), draft);
  renameSync(draft, join(directory, logFile));
}
