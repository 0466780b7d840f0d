import type { Guard } from "./auth.ts";
import { type CallSite, toApiError } from "./error.ts";

/** One call of an official client. */
export interface OfficialCall<Value> {
  readonly site: CallSite;
  /** Given for calls that change something; asked right before. */
  readonly guard?: Guard;
  /** Passes the options on as the method's second argument. */
  readonly send: (options: CallOptions) => Promise<Value>;
  /** 60 when omitted; then DEADLINE_EXCEEDED. */
  readonly timeoutSeconds?: number;
}

/** Options of one call: sent once, so that the code that came back is the one reported. Waiting is the workflow's. */
export interface CallOptions {
  readonly retry: null;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Makes one call with an official client (gRPC).
 *
 * @throws ApiError whatever went wrong; `orAbsent` of `rest.ts` turns NOT_FOUND into undefined
 */
export async function callOfficial<Value>(call: OfficialCall<Value>): Promise<Value> {
  await call.guard?.();
  try {
    return await call.send({ retry: null, timeout: (call.timeoutSeconds ?? 60) * 1000 });
  } catch (caught) {
    throw toApiError(caught, call.site);
  }
}
