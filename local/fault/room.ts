import type { JsonObject } from "../json.ts";
import type { Store } from "../store.ts";
import { excessOf, grows } from "./allocations.ts";
import { plannedLimit } from "./faults.ts";

/** A resource that is about to be stored. */
export interface Newcomer {
  /** Full name, `projects/{project}/…`. */
  readonly name: string;
  /** As it would be stored; needed where resources take different amounts. */
  readonly resource?: JsonObject;
}

/**
 * Insists that a project may have a resource, or a bigger one than before. It is asked where the resource is made rather
 * than by the method, because there are several ways to most of them: an older version of the API, an update that creates
 * what is missing, an update that makes it grow.
 *
 * @param metric a row of `allocations`
 * @throws ApiError as the API refuses what is beyond the planned limit
 */
export function demandRoom(store: Store, metric: string, newcomer: Newcomer): void {
  const project = newcomer.name.split("/")[1] ?? "";
  const limit = plannedLimit(store, metric, project);
  // A limit below what is there already takes nothing away.
  if (limit === undefined || !grows(store, { ...newcomer, metric })) return;
  const excess = excessOf(store, { ...newcomer, metric, limit, project });
  if (excess) throw excess;
}
