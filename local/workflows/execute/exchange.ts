import type { HttpResponse } from "../../http.ts";
import { fault } from "../fault.ts";
import { DeadlineError, withDeadline } from "./deadline.ts";
import type { HttpCall } from "./effects.ts";
import type { Host, Thread } from "./host.ts";

/**
 * Sends a request through the host, with credentials when it wants them.
 *
 * @throws WorkflowError AuthError, ConnectionError, ConnectionFailedError, TimeoutError
 */
export async function exchange(call: HttpCall, host: Host, thread: Thread): Promise<HttpResponse> {
  const { request, auth, timeoutMs } = call;
  const authorization = auth && (await host.authorize(auth, request).catch(toAuthFault));
  const headers = authorization === undefined ? request.headers : { ...request.headers, authorization };
  const answer = host.fetch({ ...request, headers, timeoutMs }, thread);
  return await withDeadline(answer, timeoutMs).catch(toConnectionFault(thread));
}

function toAuthFault(cause: unknown): never {
  throw fault("AuthError", `no credentials for the request: ${messageOf(cause)}`, { cause });
}

/** Codes of the network that mean that nothing was sent. */
const neverConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);

function toConnectionFault({ signal }: Thread): (cause: unknown) => never {
  return (cause) => {
    if (signal.aborted) throw cause;
    if (cause instanceof DeadlineError) throw fault("TimeoutError", cause.message, { cause });
    const code = codeOf(cause) ?? codeOf(cause instanceof Error ? cause.cause : undefined);
    const tag = code !== undefined && neverConnected.has(code) ? "ConnectionFailedError" : "ConnectionError";
    throw fault(tag, messageOf(cause), { cause });
  };
}

function codeOf(value: unknown): string | undefined {
  return value instanceof Error && "code" in value && typeof value.code === "string" ? value.code : undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
