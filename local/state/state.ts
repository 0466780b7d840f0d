import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Clock, type Pace } from "../clock.ts";
import { createStore, type ObservableStore } from "../store.ts";
import { openChangeLog, readChanges } from "./change-log.ts";
import { type LineFile, openLineFile } from "./line-file.ts";
import { lockDirectory } from "./lock.ts";

/** Where a local cloud keeps what it has. */
export interface State {
  /** Holds its files; a temporary directory of its own when nothing is kept. */
  readonly directory: string;
  /** Whether it comes back from this directory when it is started again. */
  readonly isKept: boolean;
  readonly store: ObservableStore;
  /** Goes on where it stood, or at the present when that is later. */
  readonly clock: Clock;
  /** Where log entries are kept, when anything is. */
  readonly logs?: LineFile;
  /** Copies every change made so far, as a log that another local cloud can begin with. */
  copyLog(path: string): void;
  /** Keeps no change from now on: what ends because this process ends did not end for the cloud. */
  seal(): void;
  /** Leaves the directory to others, or removes it. */
  close(): void;
}

/** How to open a state. */
export interface StateOptions {
  /** The directory to keep it in; in memory unless given. */
  readonly state?: string;
  /** Where files are kept when nothing else is. */
  readonly directory?: string;
  readonly pace: Pace;
}

/** The log of changes in a state directory. */
export const logFile = "changes.jsonl";

/**
 * Opens a state: takes the directory and reads what was kept.
 *
 * @throws Error when another process has the directory, or what is in it cannot be read
 */
export function openState(options: StateOptions): State {
  return options.state === undefined ? openTemporary(options) : openKept(resolve(options.state), options.pace);
}

function openTemporary({ directory: given, pace }: StateOptions): State {
  const directory = makeDirectory(given ?? mkdtempSync(join(tmpdir(), "alloyrun-")));
  return {
    directory,
    isKept: false,
    store: createStore(),
    clock: new Clock({ pace }),
    copyLog: () => {
      throw new Error("a local Google Cloud without a state directory has nothing to take a snapshot of");
    },
    seal: () => undefined,
    close: () => given === undefined && rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function openKept(directory: string, pace: Pace): State {
  makeDirectory(directory);
  const unlock = lockDirectory(directory);
  try {
    const path = join(directory, logFile);
    const { changes, lastTime = 0 } = readChanges(path);
    const clock = new Clock({ pace, start: Math.max(lastTime, Date.now()) });
    const store = createStore({ initial: changes, onChange: (change) => log.append(change) });
    const log = openChangeLog({ path, now: () => clock.now(), entries: () => store.entries() });
    clock.onAdvance(() => log.flush());
    const logs = openLineFile(join(directory, "logs.jsonl"));
    return {
      ...{ directory, store, clock, logs, isKept: true },
      copyLog: (target) => log.copyTo(target),
      seal: () => log.close(),
      close() {
        logs.close();
        unlock();
      },
    };
  } catch (caught) {
    unlock();
    throw caught;
  }
}

/** Workloads run as another user when this process is root: they may pass through, but not list. */
function makeDirectory(directory: string): string {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711);
  return directory;
}
