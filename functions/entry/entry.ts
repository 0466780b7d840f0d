import type { Request, Response } from "@google-cloud/functions-framework";
import { type Json, type JsonObject, textOf, toObject } from "../../google/json.ts";
import { errorBody, stackOf, toStepError } from "../error.ts";
import { createLog } from "../log.ts";
import { badField, demandObject } from "../parse.ts";
import { registerFunction } from "../register.ts";
import { waitingFor } from "../waiting.ts";

/** Answers one call of an entry that the workflow makes. */
export type EntryAnswer = (body: JsonObject) => Promise<object>;

/**
 * Registers an entry that takes and answers JSON by POST, under `alloyrun-<name>`. Failures leave in Google's error form;
 * those that pass by themselves say that they may be tried again. Each call is one line of the log.
 */
export function implementEntry(name: string, answer: EntryAnswer): EntryAnswer {
  const handle = async (request: Request, response: Response) => {
    const about = aboutOf(request.body);
    const log = createLog({ entry: name, ...about });
    const what = `${name} ${about.action ?? ""}`.trim();
    try {
      const answered = await answer(bodyOf(request));
      log("INFO", `${what}: ${"state" in answered ? answered.state : "done"}`);
      response.status(200).json(answered);
    } catch (caught) {
      const error = toStepError(caught);
      log("ERROR", `${what}: ${error.message}`, { code: error.code, reason: error.reason, stack: stackOf(error) });
      const passes = error.retryable || waitingFor(caught) !== undefined;
      response.status(error.httpStatus).json(errorBody(Object.assign(error, { retryable: passes }), name));
    }
  };
  registerFunction(name, handle);
  return answer;
}

/**
 * The JSON object that a request carries.
 *
 * @throws StepError INVALID_ARGUMENT when there is none, or it is nested too deeply
 */
export function bodyOf(request: Pick<Request, "body">): JsonObject {
  return demandObject(request.body as Json | undefined);
}

/** The run, environment and action that a call is about, however its body tells them; even one that is refused. */
function aboutOf(given: unknown) {
  const body = toObject(given as Json | undefined);
  const run = toObject(body?.run);
  return {
    run: textOf(run?.id) ?? textOf(body?.run),
    environment: textOf(run?.environment) ?? textOf(body?.environment),
    action: textOf(body?.action),
  };
}

/**
 * A text that a body must have.
 *
 * @throws StepError INVALID_ARGUMENT when it is missing
 */
export function requireText(body: JsonObject, field: string): string {
  const value = body[field];
  if (typeof value === "string" && value !== "") return value;
  throw badField(field, "must be a text");
}
