import type { Revision, RevisionTemplate, Service } from "../../google/clients/run.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ServiceInput, serviceStep } from "../../plan/steps/service.ts";
import { idOf, revisionId } from "../../spec/names.ts";
import { creation, deletion, differences, sameLabels, update } from "../changes.ts";
import type { Run } from "../contract.ts";
import { refuseForeign } from "../ownership.ts";
import { partsOf, rebuildOf } from "./serving.ts";
import { toTemplate } from "./template.ts";
import { type Content, templateChanges } from "./template-changes.ts";

/** Seconds that a change of labels takes, which makes no revision. */
const labelSeconds = 10;

/** What a plan knows beside the service itself. */
export interface PlanKnowledge {
  /** The revision that serves. */
  readonly serving?: Revision;
  readonly run: Pick<Run, "action">;
}

/**
 * What would be done to the service, field by field. What other steps have yet to give (an image that is built, database,
 * instance) is taken to be what serves now; those steps plan their own changes. A rebuild always makes a revision, whose
 * name nobody knows yet.
 */
export function planService(
  input: ServiceInput,
  observed: Service | undefined,
  { serving, run }: PlanKnowledge,
): readonly Change[] {
  if (!observed) return [creationOfService(input)];
  refuseForeign(observed, input.service, input.ownership);
  const labels = labelChanges(input, observed);
  const present = serving ?? observed.template ?? {};
  const presentId = idOf(serving?.name ?? observed.latestCreatedRevision ?? "");
  const template = wantedTemplate(input, present);
  const wanted = template && run.action !== "rebuild" ? revisionId(idOf(input.service), template) : undefined;
  if (wanted !== undefined && presentId.startsWith(wanted) && (serving || !isFailed(observed))) {
    return labels.length > 0 ? [update(input.service, labels, { expectedSeconds: labelSeconds })] : [];
  }
  const revision: FieldChange = { path: "template.revision", from: presentId, to: wanted ?? "unknown" };
  return [updateOfService(input, { template, present, others: [...labels, revision] })];
}

/** What making the service does. */
export function creationOfService(input: ServiceInput): Change {
  return creation(input.service, { expectedSeconds: serviceStep.expectedSeconds(input), costPerDay: costOf(input) });
}

/** A revision of other content, and further fields of the service. */
export interface OtherContent {
  /** Undefined when nothing is known of it. */
  readonly template: RevisionTemplate | undefined;
  readonly present: Content;
  readonly others: readonly FieldChange[];
}

/** What a new revision does. */
export function updateOfService(input: ServiceInput, { template, present, others }: OtherContent): Change {
  const fields = [...(template ? templateChanges(template, present) : []), ...others];
  const expectedSeconds = serviceStep.expectedSeconds(input);
  return update(input.service, fields, { expectedSeconds, costPerDay: costOfChange(input, present) });
}

/** What instances that are kept warm cost more, or less, than those of the present content. */
function costOfChange(input: ServiceInput, present: Content): number {
  const { cpu = String(input.cpu), memory = input.memory } = present.containers?.[0]?.resources?.limits ?? {};
  const cpus = cpu.endsWith("m") ? Number.parseInt(cpu, 10) / 1000 : Number(cpu);
  return costOf(input) - costOf({ ...input, minInstances: present.scaling?.minInstanceCount ?? 0, cpu: cpus, memory });
}

/** What taking the service away does. */
export function removalOfService(input: ServiceInput): Change {
  return deletion(input.service, { downtime: true, expectedSeconds: 5, costPerDay: -costOf(input) });
}

/** The content that has what is there and what the input wants; undefined when the present one is not one that we made. */
function wantedTemplate(input: ServiceInput, present: Content): RevisionTemplate | undefined {
  const parts = partsOf(present, input);
  return parts && toTemplate(input, { ...parts, image: input.image ?? parts.image }, rebuildOf(present));
}

function labelChanges({ ownership: { labels } }: ServiceInput, observed: Service): readonly FieldChange[] {
  const field = { path: "labels", wanted: () => labels, observed: () => sameLabels(labels, observed.labels) };
  return differences([field], labels, observed);
}

/** A revision that failed is made again under the next name; one that is still starting has not failed. */
function isFailed({ reconciling, latestCreatedRevision, latestReadyRevision }: Service): boolean {
  return !reconciling && latestCreatedRevision !== latestReadyRevision;
}

function costOf(input: ServiceInput): number {
  return serviceStep.costPerDay?.(input, pricesOf(input.service.split("/")[3] ?? "").prices) ?? 0;
}
