import type { Json, JsonObject } from "../../google/json.ts";
import type { TicketSpec } from "../../spec/schema.ts";
import { badFields, type WrongField } from "../parse.ts";
import { wrongInRequest } from "../request/parse.ts";
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
 * @throws StepError INVALID_ARGUMENT naming each field that is wrong, the pointer and what to do
 */
export function toTicketRequest(ticket: TicketSpec, environment: string, payload: JsonObject): TicketRequest {
  const { name, key: pointer, fields, values } = ticket;
  const wrong: WrongField[] = [];
  const refuse = (field: string, says: string, given?: boolean) =>
    void wrong.push({ field, says: `${says} ${originOf(ticket, field, given)}` });
  const textOf = (field: string, at: string, needed?: string) => {
    const text = textAt(payload, at);
    if (text === notText) refuse(field, "must be a text");
    else if (text === undefined && needed !== undefined) refuse(field, needed);
    return text === notText ? undefined : text;
  };
  const number = textOf("ticket", pointer, "must be the ticket's number");
  const { requestedBy, ...asked } = fields;
  const onBehalfOf = requestedBy && textOf("onBehalfOf", requestedBy, "must be the e-mail address of who asks");
  const found = Object.entries(asked).flatMap(([field, at]) => {
    const text = textOf(field, at);
    return text === undefined ? [] : [[field, field === "reason" ? text.slice(0, longestReason) : text] as const];
  });
  const body: JsonObject = { ...values, ...Object.fromEntries(found), environment, ticket: number, onBehalfOf };
  const given = new Set(found.map(([field]) => field));
  const isWrong = (field: string) => wrong.some((each) => each.field === field);
  if (!actions.includes(body.action) && !isWrong("action")) {
    refuse("action", `must be one of ${actions.join(", ")}`, given.has("action"));
  }
  const originOfField = (field: string) => originOf(ticket, field, given.has(field) || field === "onBehalfOf");
  if (wrong.length > 0) throw badFields([...wrong, ...furtherIn(body, isWrong, originOfField)]);
  return { ...{ body, key: `ticket ${environment} ${name} ${number}` }, originOf: originOfField };
}

/** What the request function would refuse besides: whoever sends a ticket puts all of it right at once. */
function furtherIn(
  body: JsonObject,
  isKnown: (field: string) => boolean,
  origin: (field: string) => string,
): readonly WrongField[] {
  return wrongInRequest(body)
    .filter(({ field }) => !isKnown(field))
    .map(({ field, says }) => ({ field, says: `${says} ${origin(field)}` }));
}

/** Stands for what is there and no text. */
const notText = Symbol("no text");

/** A text or number at a place, without blanks around it; undefined when it is missing or empty. */
function textAt(payload: Json, pointer: string): string | undefined | typeof notText {
  const value = valueAt(payload, pointer) ?? "";
  if (typeof value === "string" || typeof value === "number") return String(value).trim() || undefined;
  return notText;
}
