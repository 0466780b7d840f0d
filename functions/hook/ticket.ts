import type { Json, JsonObject } from "../../google/json.ts";
import type { TicketSpec } from "../../spec/schema.ts";
import { badField } from "../parse.ts";
import { valueAt } from "./pointer.ts";

/** What a ticket asks of the request function. */
export interface TicketRequest {
  readonly body: JsonObject;
  /** The same for every message about the ticket that comes by the same webhook. */
  readonly key: string;
}

/** The actions that a ticket may ask for; sweeps and checks are the installation's own affair. */
const actions: readonly unknown[] = ["up", "rebuild", "down", "plan"];

/** The longest reason that is kept of a ticket's text. */
const longestReason = 1000;

/**
 * What a payload asks, as the spec maps it. Whether that makes a request is the request function's to judge.
 *
 * @throws StepError INVALID_ARGUMENT naming the pointer
 */
export function toTicketRequest(ticket: TicketSpec, environment: string, payload: JsonObject): TicketRequest {
  const { name, key: pointer, fields, values } = ticket;
  const number = textAt(payload, pointer);
  if (number === undefined) throw badField(pointer, "must have the ticket's number");
  const { requestedBy, ...asked } = fields;
  const onBehalfOf = requestedBy && textAt(payload, requestedBy);
  if (requestedBy && onBehalfOf === undefined) throw badField(requestedBy, "must have the e-mail address of who asks");
  const found = Object.entries(asked).flatMap(([field, at]) => {
    const text = textAt(payload, at);
    return text === undefined ? [] : [[field, field === "reason" ? text.slice(0, longestReason) : text] as const];
  });
  const body = { ...values, ...Object.fromEntries(found), environment, ticket: number, onBehalfOf };
  const { action } = body as JsonObject;
  if (!actions.includes(action)) throw badField(fields.action ?? "action", `must be one of ${actions.join(", ")}`);
  return { body, key: `ticket ${environment} ${name} ${number}` };
}

/** A text or number at a place, without blanks around it; undefined when it is missing or empty. */
function textAt(payload: Json, pointer: string): string | undefined {
  const value = valueAt(payload, pointer) ?? undefined;
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value.trim() || undefined;
  if (typeof value === "number") return String(value);
  throw badField(pointer, "must be a text");
}
