import { SeedFailure } from "./failure.ts";
import { readLock, type SignedFetch } from "./google-cloud.ts";
import type { LockSettings } from "./settings.ts";

/** Asked before what was written is kept; throws once another run holds the environment. */
export type Fence = () => Promise<void>;

/**
 * An execution goes on when the run that made it was cancelled. What it has not kept by the time another run holds the
 * environment it never keeps, but for the statement that runs of a file without a transaction. The same run may have been resumed since: then it goes on for that.
 *
 * @param retrying how a reading is tried again that fails
 */
export function createFence(
  lock: LockSettings | undefined,
  {
    signedFetch,
    retrying,
  }: {
    readonly signedFetch: SignedFetch;
    readonly retrying: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
  },
): Fence {
  if (!lock) return async () => {};
  return async () => {
    const held = await retrying(() => readLock(signedFetch, lock));
    if (held?.generation === lock.generation || (held && held.run === lock.run)) return;
    throw lost(lock);
  };
}

function lost({ object, run }: LockSettings): SeedFailure {
  return new SeedFailure({ kind: "lost", message: `run ${run} no longer holds ${object}; nothing more was changed` });
}
