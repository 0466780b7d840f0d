import type { Request } from "@google-cloud/functions-framework";
import type { JsonObject } from "../../google/json.ts";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { bodyOf } from "./entry.ts";

/**
 * Takes a body for nothing but JSON: what a form or a page elsewhere can send by itself never asks for anything.
 *
 * @throws StepError answered with 415 for a body of another content type, or of none
 */
export function demandJson(request: Request): void {
  if (!hasBody(request) || request.is("application/json")) return;
  const given = request.get("content-type")?.slice(0, 200);
  const message = `a body must be sent as application/json, not ${given ? `as ${given}` : "without a content type"}`;
  throw new StepError({ code: "INVALID_ARGUMENT", reason: "UNSUPPORTED_MEDIA_TYPE", message });
}

/**
 * The body where one is needed: an empty one is read as an object without fields, and is not told which of them it lacks.
 *
 * @throws StepError INVALID_ARGUMENT when there is none, or it is no JSON object
 */
export function demandBody(request: Request): JsonObject {
  if (!hasBody(request)) throw badField("body", "is empty, and must be a JSON object");
  return bodyOf(request);
}

/** The framework does not read what comes without a content type. */
function hasBody(request: Request): boolean {
  if (request.rawBody) return request.rawBody.length > 0;
  return request.get("transfer-encoding") !== undefined || Number(request.get("content-length") ?? 0) > 0;
}
