import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Clock, type Pace } from "../clock.ts";
import { type Change, createStore, type ObservableStore } from "../store.ts";
import { openChangeLog, readChanges } from "./change-log.ts";
import { type LineFile, openLineFile } from "./line-file.ts";
import { lockDirectory } from "./lock.ts";
import { copySnapshot, logFile, writeSnapshot } from "./snapshot.ts";

/** Where a local cloud keeps what it has. */
export interface State {
  /** Holds its files; a temporary directory of its own when nothing is kept. */
  readonly directory: string;
  /** Whether it comes back from this directory when it is started again. */
  readonly isKept: boolean;
  readonly store: ObservableStore;
  /** Goes on where it stood; at the present when that is later, unless it was stopped or this is begun from a snapshot. */
  readonly clock: Clock;
  /** Where log entries are kept, when anything is. */
  readonly logs?: LineFile;
  /**
   * Copies all of it as it is at this moment, for `from`.
   *
   * @throws Error when nothing is kept, or the target is there already
   */
  snapshot(target: string): void;
  /** Keeps no change from now on: what ends because this process ends did not end for the cloud. */
  seal(): void;
  /** The same place with nothing in it but the keys that clients trust; this one is not used any more. */
  emptied(): State;
  /** Leaves the directory to others, or removes it. */
  close(): void;
}

/** How to open a state. */
export interface StateOptions {
  /** The directory to keep it in; in memory unless given. */
  readonly state?: string;
  /** A snapshot that a new state begins as; kept in a temporary directory unless `state` names another. */
  readonly from?: string;
  /** Where files are kept when nothing else is. */
  readonly directory?: string;
  readonly pace: Pace;
}

/** Keys that stay over a reset, since clients have their certificates. */
const lastingCollection = "local.keys";

/**
 * Opens a state: takes the directory and reads what was kept.
 *
 * @throws Error when another process has the directory, or what is in it cannot be read
 */
export function openState({ state, from, directory, pace }: StateOptions): State {
  if (state === undefined && from === undefined)
    return openInMemory({ directory: directory ?? temporary(), isOwn: !directory, pace });
  const place = resolve(state ?? temporary());
  makeDirectory(place);
  const unlock = lockDirectory(place);
  const close = () => (state === undefined ? rmSync(place, { recursive: true, force: true, maxRetries: 5 }) : unlock());
  try {
    if (from !== undefined) copySnapshot(from, place);
    return openKept({ directory: place, pace, close, isFork: from !== undefined });
  } catch (caught) {
    close();
    throw caught;
  }
}

/**
 * Empties a state directory that nobody runs, down to the keys that clients trust.
 *
 * @throws Error when somebody runs it
 */
export function emptyState(directory: string): void {
  if (!existsSync(join(directory, logFile))) throw new Error(`${resolve(directory)} has no state`);
  const state = openState({ state: directory, pace: 1 });
  state.seal();
  const emptied = state.emptied();
  emptied.seal();
  emptied.close();
}

interface InMemory {
  readonly directory: string;
  /** Whether it goes with the cloud. */
  readonly isOwn: boolean;
  readonly pace: Pace;
  readonly initial?: readonly Change[];
}

function openInMemory({ directory, isOwn, pace, initial }: InMemory): State {
  makeDirectory(directory);
  const store = createStore({ initial });
  return {
    ...{ directory, store, isKept: false, clock: new Clock({ pace }) },
    snapshot: () => {
      throw new Error("a snapshot is taken of a local Google Cloud that has a state directory: start it with --state");
    },
    seal: () => undefined,
    emptied() {
      const keys = lasting(store);
      removeContent(directory);
      return openInMemory({ directory, isOwn, pace, initial: keys });
    },
    close: () => isOwn && rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

interface Kept {
  readonly directory: string;
  readonly pace: Pace;
  readonly close: () => void;
  /** Whether time goes on where it stood, even when that is long ago. */
  readonly isFork?: boolean;
  /** What there is instead of what the log says. */
  readonly initial?: readonly Change[];
}

function openKept({ directory, pace, close, isFork = false, initial }: Kept): State {
  const path = join(directory, logFile);
  const { changes, lastTime = Date.now() } = readChanges(path);
  const store = createStore({ initial: initial ?? changes, onChange: (change) => log.append(change) });
  const stops = store.collection<{ readonly isPaused: boolean }>("local.clock");
  const isPaused = stops.get("last")?.isPaused === true;
  const clock = new Clock({ pace, start: isFork || isPaused ? lastTime : Math.max(lastTime, Date.now()) });
  if (isPaused) clock.pause();
  clock.onPause((isStopped) => stops.put("last", { isPaused: isStopped }));
  const log = openChangeLog({ path, now: () => clock.now(), entries: () => store.entries() });
  clock.onAdvance(() => log.flush());
  const logs = openLineFile(join(directory, "logs.jsonl"));
  return {
    ...{ directory, store, clock, logs, isKept: true },
    snapshot: (target) => writeSnapshot({ directory, store, log, target }),
    seal: () => log.close(),
    emptied() {
      const keys = lasting(store);
      logs.close();
      removeContent(directory);
      return openKept({ directory, pace, close, initial: keys });
    },
    close() {
      logs.close();
      close();
    },
  };
}

function lasting(store: ObservableStore): readonly Change[] {
  return [...store.entries()].filter(({ collection }) => collection === lastingCollection);
}

/** All but the lock, which is held. */
function removeContent(directory: string): void {
  const found = existsSync(directory) ? readdirSync(directory) : [];
  for (const name of found) {
    if (name !== "lock") rmSync(join(directory, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), "alloyrun-"));
}

/** Workloads run as another user when this process is root: they may pass through, but not list. */
function makeDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711);
}
