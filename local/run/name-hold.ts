import type { Call } from "../api.ts";
import { ApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import type { RunContext } from "./context.ts";
import { idOf } from "./names.ts";

/** A name that is not free yet although its service is gone, by the service's full name. */
interface NameHold {
  /** Clock time in milliseconds. */
  readonly freeAt: number;
}

const holdsOf = ({ cloud }: RunContext) => cloud.store.collection<NameHold>("run.nameHolds");

/** Keeps the name of a service that was deleted just now from being used again for some moments. */
export function holdName(context: RunContext, name: string): void {
  const { clock } = context.cloud;
  const heldMs = createLatencies(context.cloud)("run.service.nameReuse", name);
  const holds = holdsOf(context);
  for (const [held, { freeAt }] of holds.list()) if (freeAt <= clock.now()) holds.delete(held);
  if (heldMs > 0) holds.put(name, { freeAt: clock.now() + heldMs });
}

/**
 * Insists that no service of the name is still going away. What Google's own services make of theirs waits for nothing.
 *
 * @throws ApiError ALREADY_EXISTS, although no service of the name can be seen any more
 */
export function demandFreeName(context: RunContext, name: string, { principal }: Pick<Call, "principal">): void {
  if (principal.kind === "system") return;
  const { freeAt = 0 } = holdsOf(context).get(name) ?? {};
  if (freeAt <= context.cloud.clock.now()) return;
  throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${idOf(name)}' already exists.` });
}
