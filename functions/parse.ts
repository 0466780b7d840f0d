import { type Json, type JsonObject, toObject, toObjects } from "../google/json.ts";
import type { StepRequest } from "./contract.ts";
import { StepError } from "./error.ts";

const actions: ReadonlySet<unknown> = new Set(["observe", "plan", "check", "ensure", "remove"]);

/**
 * Checks the body of a call to a step. The input itself comes from our own stored plan and is taken as declared.
 *
 * @throws StepError INVALID_ARGUMENT, reason `BAD_REQUEST`, naming the field
 */
export function parseStepRequest<Input extends object>(given: Json | undefined): StepRequest<Input> {
  const body = demandObject(given);
  if (!actions.has(body.action)) throw badField("action", "must be observe, plan, check, ensure or remove");
  if (!toObject(body.input)) throw badField("input", "must be an object");
  const run = toObject(body.run);
  if (!run) throw badField("run", "must be an object");
  for (const field of ["id", "environment", "action", "level", "planHash"]) {
    if (typeof run[field] !== "string") throw badField(`run.${field}`, "must be a text");
  }
  if (typeof run.now !== "number") throw badField("run.now", "must be seconds since the epoch");
  if (body.action === "ensure" || body.action === "remove") requireFence(toObject(run.fence));
  const { failedOperations: failed = 0 } = body;
  if (!Number.isInteger(failed) || Number(failed) < 0) throw badField("failedOperations", "must be a count");
  const request = body as object as StepRequest<Input>;
  return { ...request, outputs: request.outputs ?? {} };
}

function requireFence(fence: JsonObject | undefined): void {
  for (const field of ["bucket", "object", "generation"]) {
    if (typeof fence?.[field] !== "string") throw badField(`run.fence.${field}`, "must be a text");
  }
}

/** Levels that JSON from outside may have: far more than any of ours, and few enough for what calls itself for each. */
const deepest = 100;

/**
 * The JSON object that somebody has sent.
 *
 * @param says what it must be
 * @throws StepError INVALID_ARGUMENT when it is none, or is nested so deeply that nobody could go through it
 */
export function demandObject(value: Json | undefined, field = "body", says = "must be a JSON object"): JsonObject {
  const object = toObject(value);
  if (!object) throw badField(field, says);
  if (isDeeper(object, deepest)) throw badField(field, "is nested too deeply");
  return object;
}

function isDeeper(value: Json | undefined, levels: number): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** A field and what is wrong with it. */
export interface WrongField {
  readonly field: string;
  /** Goes on with the field's name: `must be a text`. */
  readonly says: string;
}

/** The refusal of a request whose field is not as the contract says. */
export function badField(field: string, says: string): StepError {
  return badFields([{ field, says }]);
}

/** The refusal of a request whose fields are not as the contract says, which tells each by its name to programs too. */
export function badFields(wrong: readonly WrongField[]): StepError {
  const message = wrong.map(({ field, says }) => `${field} ${says}`).join("; ");
  const fieldViolations = wrong.map(({ field, says }) => ({ field, description: says }));
  const details = [{ "@type": badRequest, fieldViolations }];
  return new StepError({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", message, details });
}

/** The fields that a refusal names; empty when it is about none. */
export function wrongFieldsOf({ details }: Pick<StepError, "details">): readonly WrongField[] {
  return details
    .filter((detail) => detail["@type"] === badRequest)
    .flatMap(({ fieldViolations }) => toObjects(fieldViolations))
    .map(({ field, description }) => ({ field: String(field), says: String(description) }));
}

/** @see https://cloud.google.com/apis/design/errors#error_payloads */
const badRequest = "type.googleapis.com/google.rpc.BadRequest";
