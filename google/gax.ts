/*
 * Official clients are imported from their own modules, and only types from the packages' indexes: an index loads the
 * clients of every service and version, and a static form of all their messages (megabytes), before a function can answer.
 * The packages name no `exports`, so their modules may be imported; the bundles' test holds that no index is among them.
 */
import type { Guard } from "./auth.ts";
import { type CallSite, toApiError } from "./error.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "./operation.ts";

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

type Send<Value> = OfficialCall<Value>["send"];

/** The calls of one API through its official client. */
export interface OfficialCaller {
  readonly site: (method: string, resource: string) => CallSite;
  readonly read: <Value>(method: string, resource: string, send: Send<Value>) => Promise<Value>;
  /** Sends a call that answers a long-running operation; nothing waits for it here. */
  readonly start: (
    call: { readonly method: string; readonly resource: string; readonly guard: Guard },
    send: Send<readonly [LongrunningBody, ...unknown[]]>,
  ) => Promise<Operation>;
}

/**
 * Makes the calls of one API.
 *
 * @param service as permissions name it, for example `run`
 * @param version URL of the API's version, for example `https://run.googleapis.com/v2`
 */
export function officialCaller(service: string, version: string): OfficialCaller {
  const site = (method: string, resource: string) => ({ method: `${service}.${method}`, resource });
  return {
    site,
    read: (method, resource, send) => callOfficial({ site: site(method, resource), send }),
    async start({ method, resource, guard }, send) {
      const [operation] = await callOfficial({ site: site(method, resource), guard, send });
      return longrunningOperation(version, operation);
    },
  };
}
