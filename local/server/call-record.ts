import { emailOf } from "../access/principal.ts";
import type { Identity } from "../access/tokens.ts";
import type { Clock } from "../clock.ts";
import type { ApiError } from "../error.ts";
import type { Fault } from "../fault/plan.ts";
import type { Journal } from "../journal.ts";
import { isJsonObject } from "../json.ts";

/** The journal's line of a call while the call is going on. */
export interface CallRecord {
  setCaller(caller: Identity): void;
  setResource(name: string): void;
  setFault(fault: Pick<Fault, "id">): void;
  /** Writes the line; only the first time counts. */
  end(error?: ApiError): void;
}

/** Begins the line of a call. */
export function startCall(
  { clock, journal }: { readonly clock: Clock; readonly journal: Journal },
  { host, method }: { readonly host: string; readonly method: string },
): CallRecord {
  const started = performance.now();
  const time = clock.timestamp();
  let caller: { principal: string; workload?: string } = { principal: "unknown" };
  let resource: string | undefined;
  let fault: string | undefined;
  let isWritten = false;
  return {
    setCaller: ({ principal, workload }) => {
      caller = { principal: emailOf(principal), workload };
    },
    setResource: (name) => {
      resource = name;
    },
    setFault: ({ id }) => {
      fault = id;
    },
    end(error) {
      if (isWritten) return;
      isWritten = true;
      journal.record({
        ...{ kind: "call", time, endTime: clock.timestamp(), host, method, ...caller },
        code: error?.code ?? "OK",
        ...(error ? { message: error.message, ...violationsOf(error) } : {}),
        ...(resource === undefined ? {} : { resource }),
        ...(fault === undefined ? {} : { fault }),
        durationMs: performance.now() - started,
      });
    },
  };
}

/** The fields that a refusal names. */
function violationsOf({ details }: ApiError): { readonly violations?: readonly string[] } {
  const listed = details.flatMap(({ fieldViolations }) => (Array.isArray(fieldViolations) ? fieldViolations : []));
  if (listed.length === 0) return {};
  return { violations: listed.map((one) => (isJsonObject(one) ? String(one.field ?? "") : "")) };
}
