import type { Revision, RevisionTemplate, Service } from "../../google/clients/run.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ServiceInput, serviceStep } from "../../plan/steps/service.ts";
import { idOf, revisionId } from "../../spec/names.ts";
import { creation, deletion, update } from "../changes.ts";
import type { Run } from "../contract.ts";
import { refuseForeign } from "../ownership.ts";
import { partsOf, rebuildOf } from "./serving.ts";
import { toTemplate } from "./template.ts";

/** What a plan knows beside the service itself. */
export interface PlanKnowledge {
  /** The revision that serves. */
  readonly serving?: Revision;
  readonly run: Pick<Run, "action">;
}

/**
 * What would be done to the service. What other steps have yet to give (image, database, instance) is taken to be what
 * serves now; those steps plan their own changes. A rebuild always makes a revision, whose name nobody knows yet.
 */
export function planService(
  input: ServiceInput,
  observed: Service | undefined,
  { serving, run }: PlanKnowledge,
): readonly Change[] {
  const effects = { expectedSeconds: serviceStep.expectedSeconds(input) };
  if (!observed) return [creation(input.service, { ...effects, costPerDay: costOf(input) })];
  refuseForeign(observed, input.service, input.ownership);
  const present = idOf(serving?.name ?? observed.latestCreatedRevision ?? "");
  const wanted = run.action === "rebuild" ? undefined : wantedRevision(input, serving ?? observed.template ?? {});
  if (wanted !== undefined && present.startsWith(wanted) && (serving || !isFailed(observed))) return [];
  const field: FieldChange = { path: "template.revision", from: present, to: wanted ?? "unknown" };
  return [update(input.service, [field], effects)];
}

/** What taking the service away does. */
export function removalOfService(input: ServiceInput): Change {
  return deletion(input.service, { downtime: true, expectedSeconds: 5, costPerDay: -costOf(input) });
}

/** Name of the revision that has what is there and what the input wants; undefined when it is not one that we made. */
function wantedRevision(input: ServiceInput, present: RevisionTemplate | Revision): string | undefined {
  const parts = partsOf(present, input);
  return parts && revisionId(idOf(input.service), toTemplate(input, parts, rebuildOf(present)));
}

/** A revision that failed is made again under the next name; one that is still starting has not failed. */
function isFailed({ reconciling, latestCreatedRevision, latestReadyRevision }: Service): boolean {
  return !reconciling && latestCreatedRevision !== latestReadyRevision;
}

function costOf(input: ServiceInput): number {
  return serviceStep.costPerDay?.(input, pricesOf(input.service.split("/")[3] ?? "").prices) ?? 0;
}
