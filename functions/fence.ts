import type { Guard } from "../google/auth.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import type { Run } from "./contract.ts";
import { StepError } from "./error.ts";

/**
 * The guard of a run: reads the lock's generation again before each call that changes something, so that a run that lost
 * its lock changes nothing any more. A run without a fence may change nothing at all.
 *
 * @throws StepError ABORTED, reason `LOCK_LOST`, not retryable, when another run holds the lock by now;
 * FAILED_PRECONDITION, reason `NO_LOCK`, when there is no fence
 */
export function fenceGuard(run: Partial<Run>, storage: StorageClient): Guard {
  const { fence } = run;
  if (!fence) return refuseChange;
  return async () => {
    const lock = await storage.getObject(fence.bucket, fence.object);
    if (lock?.generation === fence.generation) return;
    throw new StepError({
      code: "ABORTED",
      reason: "LOCK_LOST",
      retryable: false,
      resource: `gs://${fence.bucket}/${fence.object}`,
      message: `run ${run.id} no longer holds the lock of ${run.environment}; nothing more was changed`,
    });
  };
}

async function refuseChange(): Promise<void> {
  throw new StepError({
    code: "FAILED_PRECONDITION",
    reason: "NO_LOCK",
    message: "a call without the environment's lock may only look",
  });
}
