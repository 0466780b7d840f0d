import { codes } from "../../google/code.ts";
import { ApiError } from "../../google/error.ts";
import { SpecError } from "../../spec/problem.ts";
import type { Problem } from "../api.ts";
import { type StepError, toStepError } from "../error.ts";
import { wrongFieldsOf } from "../parse.ts";
import { waitingFor } from "../waiting.ts";
import { BusyError, FrozenError } from "./busy.ts";
import { WrongMethodError } from "./wrong-method.ts";

/** Content type of a refusal. @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problemType = "application/problem+json";

/** The problem document of anything caught. It never holds a stack trace. */
export function toProblem(caught: unknown): Problem {
  if (caught instanceof SpecError) {
    const issues = caught.problems.map(({ path, line, message, fix }) => ({ path, line, message, fix }));
    const detail = `the spec has ${issues.length} problem${issues.length === 1 ? "" : "s"}:\n${caught.message}`;
    return { type: "about:blank", title: "Invalid spec", status: 400, detail, issues };
  }
  if (waitingFor(caught)) {
    const detail = `Google Cloud did not answer as it should; try again. ${toStepError(caught).message}`;
    return { type: "about:blank", title: "Try again", status: codes.UNAVAILABLE.http, detail };
  }
  if (isRefusedToUs(caught)) {
    const detail = `Google Cloud refused this to alloyrun's own account, and not to the caller; \`alloyrun doctor\` finds what that lacks. ${caught.message}`;
    return { type: "about:blank", title: "OWN_ACCOUNT_REFUSED", status: codes.UNAVAILABLE.http, detail };
  }
  const error = toStepError(caught);
  if (error instanceof BusyError) {
    return { type: "about:blank", title: error.reason, status: 409, detail: error.message, holder: error.holder };
  }
  if (error instanceof FrozenError) {
    return { type: "about:blank", title: error.reason, status: 409, detail: error.message, freeze: error.freeze };
  }
  const fields = wrongFieldsOf(error);
  const problem = { type: "about:blank", title: error.reason, status: statusOf(error), detail: error.message };
  return fields.length > 0 ? { ...problem, fields } : problem;
}

/**
 * Whoever calls us is judged by ourselves: what Google refuses here, it refuses to the account that the function runs as. It
 * may be asked again, for a grant takes minutes to spread.
 */
function isRefusedToUs(caught: unknown): caught is ApiError {
  return caught instanceof ApiError && (caught.code === "PERMISSION_DENIED" || caught.code === "UNAUTHENTICATED");
}

/** What Google's codes do not tell apart: what was there once, what came in another form, what has changed meanwhile. */
function statusOf(error: StepError): number {
  if (error instanceof WrongMethodError) return 405;
  if (error.reason === "GONE") return 410;
  if (error.reason === "TOO_LARGE") return 413;
  if (error.reason === "UNSUPPORTED_MEDIA_TYPE") return 415;
  return overtakenReasons.has(error.reason) ? 409 : error.httpStatus;
}

/** The request is right, and the question that it answers is not open any more, or another one. */
const overtakenReasons: ReadonlySet<string> = new Set([
  ...["ALREADY_DECIDED", "APPROVAL_EXPIRED", "NOT_AWAITED", "STALE_PLAN"],
]);
