import { errorOf, type RestAnswer } from "../../support/local-cloud.ts";
import type { Subject } from "./subject.ts";

/** Whether an answer is a refusal of the request's form, in the envelope of its API's family. */
export function isRefusal({ style }: Subject, answer: RestAnswer): boolean {
  const { code, status, errors, message } = errorOf(answer);
  const hasErrors = Array.isArray(errors) && errors.length === 1 && typeof errors[0]?.reason === "string";
  const inFamily = {
    rpc: status === "INVALID_ARGUMENT" && errors === undefined,
    iam: status === "INVALID_ARGUMENT" && hasErrors,
    compute: status === "INVALID_ARGUMENT" && hasErrors,
    storage: status === undefined && hasErrors,
  };
  const isSaid = typeof message === "string" && message !== "" && !message.startsWith("Internal error");
  return answer.status === 400 && code === 400 && isSaid && inFamily[style];
}
