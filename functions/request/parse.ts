import type * as z from "zod";
import type { JsonObject } from "../../google/json.ts";
import type { RequestBody } from "../api.ts";
import { badField, badFields, type WrongField } from "../parse.ts";
import { requestSchema } from "./schema.ts";

/**
 * Checks a body against its schema.
 *
 * @throws StepError INVALID_ARGUMENT naming every field that is wrong, and how
 */
export function parseBody<Body>(schema: z.ZodType<Body>, body: JsonObject): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw badFields(firstOfEach(parsed.error.issues.flatMap(wrongIn)).slice(0, mostTold));
}

/** What is no duration is not too short besides: of each field the first thing that is wrong is told. */
function firstOfEach(wrong: readonly WrongField[]): readonly WrongField[] {
  return wrong.filter(({ field }, at) => wrong.findIndex((each) => each.field === field) === at);
}

/** The fields that are wrong in a body of `POST /v1/requests`; empty when none is. */
export function wrongInRequest(body: JsonObject): readonly WrongField[] {
  return firstOfEach(requestSchema.safeParse(body).error?.issues.flatMap(wrongIn) ?? []);
}

/** Wrong fields that are told at once: whoever sends more sends something else. */
const mostTold = 20;

function wrongIn(issue: z.core.$ZodIssue): readonly WrongField[] {
  if (issue.code !== "unrecognized_keys") return [{ field: pathOf(issue.path), says: saysOf(issue) }];
  return issue.keys.map((key) => ({ field: pathOf([...issue.path, key.slice(0, 100)]), says: "is not known" }));
}

/**
 * Checks the body of `POST /v1/requests`.
 *
 * @throws StepError INVALID_ARGUMENT naming the field
 */
export function parseRequestBody(body: JsonObject): RequestBody {
  return parseBody(requestSchema, body);
}

/**
 * The body of `POST /v1/requests` with what the address says of it: `?onBusy=queue`.
 *
 * @throws StepError INVALID_ARGUMENT for anything else in the address, and where the body says otherwise
 */
export function withQuery(body: JsonObject, query: Readonly<Record<string, unknown>>): JsonObject {
  const { onBusy, ...unknown } = query;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) throw badField(surplus, "is not known in the address: only onBusy is");
  if (onBusy === undefined) return body;
  if (typeof onBusy !== "string") throw badField("onBusy", "must be said once in the address");
  if (body.onBusy !== undefined && body.onBusy !== onBusy) throw badField("onBusy", "is another in the body");
  return { ...body, onBusy };
}

/**
 * Refuses what is said in an address where nothing is: whoever sends it thinks that it counts.
 *
 * @throws StepError INVALID_ARGUMENT naming what is said
 */
export function refuseQuery(query: Readonly<Record<string, unknown>>): void {
  const surplus = Object.keys(query).map((field) => ({ field, says: "is not known in the address: nothing is here" }));
  if (surplus.length > 0) throw badFields(surplus.slice(0, mostTold));
}

/** Whether a text names a packed folder in the bucket, below `sources` or `seeds`. */
export function isPacked(text: string, prefix: string): boolean {
  return new RegExp(`^${prefix}/[0-9a-f]{64}\\.tgz$`).test(text);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length > 0 ? path.map(String).join(".") : "body";
}

/** In our own words, where the schema has not said it in them. */
function saysOf(issue: z.core.$ZodIssue): string {
  const { code, message } = issue;
  if (/^(must|is|has|names)\b/.test(message)) return message;
  if (code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  if (code === "invalid_type") return `must be of type ${issue.expected}`;
  if (code === "too_big")
    return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
  if (code === "too_small") return `must be at least ${issue.minimum}`;
  return "is wrong";
}
