import type { Json, JsonObject } from "../../google/json.ts";
import type { TicketSpec } from "../../spec/schema.ts";
import type { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { originOf } from "./origin.ts";
import { valueAt } from "./pointer.ts";

/** What a ticket asks of the request function. */
export interface TicketRequest {
  readonly body: JsonObject;
  /** The same for every message about the ticket that comes by the same webhook. */
  readonly key: string;
  /** Where each field comes from, in brackets: for whoever is told that it is wrong. */
  readonly originOf: (field: string) => string;
}

/** The actions that a ticket may ask for; sweeps and checks are the installation's own affair. */
const actions: readonly unknown[] = ["up", "rebuild", "down", "plan"];

/** The longest reason that is kept of a ticket's text. */
const longestReason = 1000;

/**
 * What a payload asks, as the spec maps it. Whether that makes a request is the request function's to judge.
 *
 * @throws StepError INVALID_ARGUMENT naming the field, the pointer and what to do
 */
export function toTicketRequest(ticket: TicketSpec, environment: string, payload: JsonObject): TicketRequest {
  const { name, key: pointer, fields, values } = ticket;
  const wrong = (field: string, says: string, given?: boolean) =>
    badField(field, `${says} ${originOf(ticket, field, given)}`);
  const textOf = (field: string, at: string) => textAt(payload, at, () => wrong(field, "must be a text"));
  const number = textOf("ticket", pointer);
  if (number === undefined) throw wrong("ticket", "must be the ticket's number");
  const { requestedBy, ...asked } = fields;
  const onBehalfOf = requestedBy && textOf("onBehalfOf", requestedBy);
  if (requestedBy && onBehalfOf === undefined) throw wrong("onBehalfOf", "must be the e-mail address of who asks");
  const found = Object.entries(asked).flatMap(([field, at]) => {
    const text = textOf(field, at);
    return text === undefined ? [] : [[field, field === "reason" ? text.slice(0, longestReason) : text] as const];
  });
  const body = { ...values, ...Object.fromEntries(found), environment, ticket: number, onBehalfOf };
  const { action } = body as JsonObject;
  const given = new Set(found.map(([field]) => field));
  if (!actions.includes(action)) {
    throw wrong("action", `must be one of ${actions.join(", ")}`, given.has("action"));
  }
  return {
    ...{ body, key: `ticket ${environment} ${name} ${number}` },
    originOf: (field) => originOf(ticket, field, given.has(field) || field === "onBehalfOf"),
  };
}

/** A text or number at a place, without blanks around it; undefined when it is missing or empty. */
function textAt(payload: Json, pointer: string, refusal: () => StepError): string | undefined {
  const value = valueAt(payload, pointer) ?? "";
  if (typeof value === "string" || typeof value === "number") return String(value).trim() || undefined;
  throw refusal();
}
