import type { Change, FieldChange } from "./change.ts";
import type { Plan, PlanStep } from "./plan.ts";
import type { StepName } from "./step.ts";

type Changes = Partial<Record<StepName | "spec", readonly Change[]>>;

const imageField: FieldChange = {
  path: "template.containers.app.image",
  from: "the one that serves",
  to: "unknown",
};
const revisionField: FieldChange = { path: "template.revision", to: "unknown" };

/**
 * The changes that steps have told, with what an image that is built brings about: another revision. The service's own step
 * cannot tell that, for it is given the image only when that is there.
 */
export function withNewImage(changes: Changes, { steps }: Pick<Plan, "steps">): Changes {
  const isBuilt = changes.image?.some(
    ({ action, resource }) => action === "create" && resource.includes("/dockerImages/"),
  );
  const service = steps.find(({ name }) => name === "service");
  if (!isBuilt || !service) return changes;
  const told = changes.service ?? [];
  if (told.length === 0) return { ...changes, service: [revisionOf(service)] };
  return { ...changes, service: told.map((change) => (isOtherwise(change) ? withImage(change) : change)) };
}

function revisionOf({ input, expectedSeconds }: PlanStep): Change {
  const { service = "" } = input as { readonly service?: string };
  const effects = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds };
  return { resource: service, action: "update", fields: [imageField, revisionField], effects };
}

function isOtherwise({ action, fields }: Change): boolean {
  return action === "update" && !fields.some(({ path }) => path === imageField.path);
}

function withImage(change: Change): Change {
  const isNamed = change.fields.some(({ path }) => path === revisionField.path);
  const named = change.fields.map((field) => (field.path === revisionField.path ? { ...field, to: "unknown" } : field));
  return { ...change, fields: [imageField, ...named, ...(isNamed ? [] : [revisionField])] };
}
