import { enableCommand } from "../google/enable-command.ts";
import { ApiError } from "../google/error.ts";
import { type Json, textOf, toObject } from "../google/json.ts";
import type { StepDeclaration } from "../plan/step.ts";
import { done } from "./answer.ts";
import type { StepRequest, StepResponse } from "./contract.ts";
import { toErrorOfStep } from "./early-grant.ts";
import { errorBody, StepError, stackOf } from "./error.ts";
import { createLog, type Log } from "./log.ts";
import { parseStepRequest } from "./parse.ts";
import type { HttpHandler } from "./register.ts";
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
}): HttpHandler {
  return async (request, response) => {
    const body = request.body as Json | undefined;
    const log = createLog({ step: name, ...aboutOf(body) });
    try {
      const call = parseStepRequest<Input>(body);
      const answered = await settle(call, answer(call, log), log);
      log("INFO", `${name} ${call.action}: ${answered.state}`, { answer: answered });
      response.status(200).json(answered);
    } catch (caught) {
      const error = toErrorOfStep(caught, permissions);
      log("ERROR", `${name}: ${error.message}`, { code: error.code, reason: error.reason, stack: stackOf(error) });
      response.status(error.httpStatus).json(errorBody(error, name));
    }
  };
}

/** What a call is about, as far as it says so in texts; even one that is refused. */
function aboutOf(given: Json | undefined) {
  const body = toObject(given);
  const run = toObject(body?.run);
  return { run: textOf(run?.id), environment: textOf(run?.environment), action: textOf(body?.action) };
}

/**
 * Answers for errors that are no refusal. Where its API was never enabled nothing can be, so a removal has nothing to do;
 * what was made while it was enabled stands, and is billed, when it is not any more.
 */
async function settle<Output extends object>(
  call: StepRequest<object>,
  answer: Promise<StepResponse<Output>>,
  log: Log,
): Promise<StepResponse<Output | object>> {
  try {
    return await answer;
  } catch (caught) {
    if (isRemoval(call) && caught instanceof ApiError && isServiceDisabled(caught)) {
      if (call.run.mayStand) throw disabledOver(caught, call.run.environment);
      log("WARNING", "nothing to remove, because the API is not enabled", { cause: String(caught) });
      return done({});
    }
    const waiting = waitingFor(caught);
    if (waiting) return waiting;
    throw caught;
  }
}

/** Whether it is about the way back: what is to be removed, or what would be. */
function isRemoval({ action, run }: StepRequest<object>): boolean {
  return action === "remove" || (action === "plan" && run.action === "down");
}

/** The refusal to take for removed what only cannot be seen. */
function disabledOver(caught: ApiError, environment: string): StepError {
  const { method, resource, details } = caught;
  const [api] = details.flatMap(({ metadata }) => textOf(toObject(metadata)?.service) ?? []);
  const [, project] = /projects\/([^/]+)/.exec(resource) ?? [];
  const command = enableCommand([api ?? `${method.split(".")[0]}.googleapis.com`], project);
  const message = `${method} ${resource}: its API is not enabled, so what stands of ${environment} can neither be seen nor removed, and may be billed; turn it on, wait a minute and ask again: ${command}`;
  return new StepError({
    code: "FAILED_PRECONDITION",
    reason: "SERVICE_DISABLED",
    resource,
    message,
    details,
    cause: caught,
  });
}
