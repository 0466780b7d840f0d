import { notYet } from "../answer.ts";
import type { Pending } from "../contract.ts";

/** A cluster or an instance, as far as it tells whether it can be used and changed. */
interface Settling {
  readonly state?: unknown;
  readonly reconciling?: boolean | null;
}

/**
 * What to wait for until a resource of AlloyDB is ready: in its state, and done reconciling. The latter goes on for moments
 * after an operation has ended, so it is looked at again soon; another state means a change of minutes.
 */
export function untilReady(name: string, { state, reconciling }: Settling): Pending | undefined {
  if (state !== "READY") return notYet({ reason: `${name} is ${String(state)}`, retryAfterSeconds: 10 });
  return reconciling ? notYet({ reason: `${name} is READY, but still reconciling`, retryAfterSeconds: 2 }) : undefined;
}
