import type { Identity } from "../access/tokens.ts";
import type { Call } from "../api.ts";
import { toApiError } from "../error.ts";
import { trafficFlow } from "../fault/effect.ts";
import type { JsonObject } from "../json.ts";
import { readRequest as parseRequest } from "../model/bind.ts";
import { formatMessage } from "../model/format.ts";
import { startReading } from "../model/parse.ts";
import { invalidArgument } from "../model/violation.ts";
import { type CallRecord, startCall } from "./call-record.ts";
import { admit, type DispatchContext, passGate, readRequest, unimplemented } from "./dispatch.ts";

/** One streaming call. */
export interface StreamInvocation {
  readonly host: string;
  /** Full method name. */
  readonly method: string;
  /** Requests as they come in, undigested. */
  readonly requests: AsyncIterator<JsonObject>;
  readonly identify: () => Identity;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told once the first request was let in. */
  readonly onAdmitted: () => void;
}

/**
 * Answers a streaming call: its first request goes the way of a unary call (identity, rules, project, permission), the
 * later ones are only read. A stream is waiting, not work, so it holds the clock at no time of its own.
 *
 * @throws ApiError
 */
export async function* invokeStream(
  context: DispatchContext,
  invocation: StreamInvocation,
): AsyncGenerator<JsonObject, void> {
  const record = startCall(context, invocation);
  try {
    const identity = invocation.identify();
    record.setCaller(identity);
    for await (const response of open(context, invocation, { ...identity, record })) yield response;
    record.end();
  } catch (caught) {
    const error = toApiError(caught);
    record.end(error);
    throw error;
  } finally {
    // A caller who hangs up ends the generator where it stands.
    record.end();
  }
}

async function* open(
  context: DispatchContext,
  { host, method, requests, headers, signal, onAdmitted }: StreamInvocation,
  { principal, workload, record }: Identity & { readonly record: CallRecord },
): AsyncGenerator<JsonObject, void> {
  const api = context.api(host);
  if (!api) throw unimplemented(`${host} is not served`);
  const first = await requests.next();
  if (first.done) return;
  const request = readRequest(context, { method, read: (reading) => parseRequest(reading, method, first.value) });
  const hold = context.clock.hold();
  hold.release();
  const call: Call = { principal, method, headers, signal, hold, workload };
  admit(context, api, { request, call });
  const handler = api.streams?.[method];
  if (!handler) throw unimplemented(`${method} is not implemented here`);
  const flow = trafficFlow(context.clock, signal);
  await passGate(context, { api, request, call }, { record, flow, work: () => undefined });
  onAdmitted();
  const type = context.model.methods[method]?.response ?? "";
  const later = laterRequests(context, method, requests);
  for await (const response of handler({ first: request, later }, call)) yield formatMessage(context, type, response);
}

/** Later requests of a stream leave out what its first one has told. */
async function* laterRequests(
  { model }: DispatchContext,
  method: string,
  requests: AsyncIterator<JsonObject>,
): AsyncGenerator<JsonObject, void> {
  for (let next = await requests.next(); !next.done; next = await requests.next()) {
    const reading = startReading(model);
    const request = parseRequest(reading, method, next.value);
    if (reading.violations.length > 0) throw invalidArgument(reading.violations);
    yield request;
  }
}
