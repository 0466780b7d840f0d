import type { Request, Response } from "@google-cloud/functions-framework";
import { parseJson, toObject } from "../google/json.ts";
import type { StepDeclaration } from "../plan/step.ts";
import { done } from "./answer.ts";
import type { StepRequest, StepResponse } from "./contract.ts";
import { toErrorOfStep } from "./early-grant.ts";
import { errorBody } from "./error.ts";
import { createLog, type Log } from "./log.ts";
import { parseStepRequest } from "./parse.ts";
import { isServiceDisabled, waitingFor } from "./waiting.ts";

/** Answers one call of a step. */
type Answer<Input extends object, Output extends object> = (
  request: StepRequest<Input>,
  log: Log,
) => Promise<StepResponse<Output>>;

/** Puts a step behind HTTP: checks the body, answers in JSON, and gives every failure Google's error form. */
export function createHandler<Input extends object, Output extends object>({
  declaration: { name, permissions },
  answer,
}: {
  readonly declaration: Pick<StepDeclaration<Input, Output>, "name" | "permissions">;
  readonly answer: Answer<Input, Output>;
}): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const body = toObject(parseJson(JSON.stringify(request.body ?? null)));
    const run = toObject(body?.run);
    const about = { step: name, run: run?.id, environment: run?.environment, action: body?.action };
    const log = createLog({ request, fields: about });
    try {
      const call = parseStepRequest<Input>(body);
      const answered = await settle(call.action, answer(call, log), log);
      log("INFO", `${name} ${call.action}: ${answered.state}`, { answer: answered });
      response.status(200).json(answered);
    } catch (caught) {
      const error = toErrorOfStep(caught, permissions);
      const stack = error.reason === "UNEXPECTED" && caught instanceof Error ? caught.stack : undefined;
      log("ERROR", `${name}: ${error.message}`, { code: error.code, reason: error.reason, stack });
      response.status(error.httpStatus).json(errorBody(error, name));
    }
  };
}

/** Answers for errors that are no refusal. Where its API is not enabled nothing can be, so a removal has nothing to do. */
async function settle<Output extends object>(
  action: StepRequest<object>["action"],
  answer: Promise<StepResponse<Output>>,
  log: Log,
): Promise<StepResponse<Output | object>> {
  try {
    return await answer;
  } catch (caught) {
    if (action === "remove" && isServiceDisabled(caught)) {
      log("WARNING", "nothing to remove, because the API is not enabled", { cause: String(caught) });
      return done({});
    }
    const waiting = waitingFor(caught);
    if (waiting) return waiting;
    throw caught;
  }
}
