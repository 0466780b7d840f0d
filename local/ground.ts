import { join } from "node:path";
import { type Authority, createAuthorityKeys, type KeyPair, openAuthority } from "./certificate.ts";
import { endLeftovers } from "./process/leftovers.ts";
import { createProcesses, type Processes } from "./process/process.ts";
import { createRandom, type Random } from "./random.ts";
import { type Block, takeBlock } from "./state/block.ts";
import { lastStart, recordStart, type StartRecord } from "./state/start-record.ts";
import type { State } from "./state/state.ts";
import type { Store } from "./store.ts";

/** What a local cloud stands on, before its parts are put together. */
export interface Ground {
  readonly authority: Authority;
  readonly block: Block;
  readonly processes: Processes;
  readonly random: Random;
  readonly seed: string;
  /** How it was started last. */
  readonly last: StartRecord;
  /** Remembers this start. */
  record(port: number): void;
}

/** How to lay it. */
export interface GroundOptions {
  readonly state: State;
  readonly seed?: string;
  /** Whether the directory goes with the process, however that ends. */
  readonly isTemporary: boolean;
}

/** Ends what a killed process has left, and takes what this one needs of the machine. */
export async function layGround({ state, seed: given, isTemporary }: GroundOptions): Promise<Ground> {
  const { directory, store, isKept } = state;
  const last = lastStart(store);
  const { starts } = last;
  const seed = given ?? last.seed;
  const register = isKept ? join(directory, "processes.jsonl") : undefined;
  if (register) await endLeftovers(register);
  const authority = await openKeptAuthority(store);
  const block = await takeBlock(last.block);
  return {
    ...{ authority, block, last, seed },
    processes: createProcesses(isTemporary ? directory : undefined, register),
    // Another seed each time, so that nothing drawn before is drawn again.
    random: createRandom(starts === 0 ? seed : `${seed}#${starts}`, seed),
    record: (port) => recordStart(store, { starts: starts + 1, seed, block: block.block, port }),
  };
}

/** The authority that clients trust already, or a new one. */
async function openKeptAuthority(store: Store): Promise<Authority> {
  const keys = store.collection<KeyPair>("local.keys");
  return await openAuthority(keys.get("authority") ?? keys.put("authority", await createAuthorityKeys()));
}
