import { type JsonObject, toObjects } from "../../google/json.ts";
import type { TicketSpec } from "../../spec/schema.ts";

/** Names of a request's fields that the spec maps under another name. */
const mapped: Readonly<Record<string, string>> = { onBehalfOf: "requestedBy" };

/**
 * Where a field of a request comes from, and where it is put right, in brackets: whoever sends a ticket knows places in its
 * payload, and not our fields.
 *
 * @param field as the request has it
 * @param given whether the payload has anything at the field's place
 */
export function originOf(
  { name, key, fields, values }: Pick<TicketSpec, "name" | "key" | "fields" | "values">,
  field: string,
  given = true,
): string {
  const inSpec = `of the webhook ${name} in the spec's tickets`;
  if (field === "ticket") return `(the ticket's ${key}: put it there, or name another place by key ${inSpec})`;
  if (field === "environment") return "(the last but one part of the webhook's address)";
  const own = mapped[field] ?? field;
  const pointer = Object.entries(fields).find(([known]) => known === own)?.[1];
  const isValue = Object.hasOwn(values, own);
  if (pointer !== undefined && (given || !isValue)) {
    return `(the ticket's ${pointer}: put it right there, or name another place by fields.${own} ${inSpec})`;
  }
  if (isValue) return `(values.${own} ${inSpec}: put it right there)`;
  return `(no ticket gives it: say it by fields.${own} or values.${own} ${inSpec})`;
}

/** A refusal of the request function that names for each field, beside what is wrong, where the ticket has it. */
export function toTicketProblem(problem: JsonObject, originOfField: (field: string) => string): JsonObject {
  const fields = toObjects(problem.fields).map((each) => ({
    ...each,
    field: String(each.field),
    says: String(each.says),
  }));
  if (fields.length === 0) return problem;
  const told = fields.map(({ field, says, ...rest }) => ({ ...rest, field, says: `${says} ${originOfField(field)}` }));
  return { ...problem, fields: told, detail: told.map(({ field, says }) => `${field} ${says}`).join("; ") };
}
