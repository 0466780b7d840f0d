import type { Effects, HttpCall } from "../execute/effects.ts";
import { fault, WorkflowError } from "../fault.ts";
import { parseBody, toHeaders } from "../stdlib/http-body.ts";
import { encodeBody, requestHeaders, requestUrl } from "../stdlib/http-request.ts";
import { retry } from "../stdlib/retry.ts";
import type { Task } from "../task.ts";
import type { Value, ValueMap } from "../value/value.ts";

/** A request that a connector makes. */
export interface ConnectorRequest {
  readonly method: string;
  readonly url: string;
  readonly query?: ValueMap;
  readonly body?: Value;
}

/** Who makes requests, and until when. */
export interface Sender {
  readonly effects: Effects;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch when the call as a whole has failed. */
  readonly deadlineMs: number;
}

/** Longest that one request waits for its answer. */
const longestRequestMs = 1_800_000;

const maxRetries = 5;
const firstDelayMs = 1000;
const maxDelayMs = 60_000;
const multiplier = 1.25;

/**
 * Sends a request as the workflow's service account and gives the body of the answer. What is safe to repeat is
 * repeated: a GET as by `http.default_retry`, all else as by `http.default_retry_non_idempotent`.
 *
 * @throws WorkflowError HttpError, AuthError, ConnectionError, ConnectionFailedError, TimeoutError
 * @see https://cloud.google.com/workflows/docs/connectors#retries
 */
export function* send(request: ConnectorRequest, sender: Sender): Task<Value> {
  for (let retries = 0; ; retries += 1) {
    const end = yield* attempt(request, sender);
    if (!(end instanceof WorkflowError)) return end.body;
    const isOver = retries >= maxRetries || !(yield* isRetryable(request, end, sender));
    if (isOver) throw end;
    yield* waitFor(Math.min(firstDelayMs * multiplier ** retries, maxDelayMs), sender);
  }
}

/**
 * Waits, unless the call would be over before.
 *
 * @throws WorkflowError TimeoutError
 */
export function* waitFor(ms: number, { effects, deadlineMs }: Sender): Task<void> {
  const left = deadlineMs - effects.now();
  if (left < ms) {
    yield* effects.sleep(Math.max(0, left));
    throw fault("TimeoutError", "the connector call has not ended in time");
  }
  yield* effects.sleep(ms);
}

function* attempt(request: ConnectorRequest, sender: Sender): Task<{ readonly body: Value } | WorkflowError> {
  try {
    return { body: yield* exchange(request, sender) };
  } catch (caught) {
    if (caught instanceof WorkflowError) return caught;
    throw caught;
  }
}

function* exchange(request: ConnectorRequest, { effects, scopes, deadlineMs }: Sender): Task<Value> {
  const headers = requestHeaders(new Map(), request.body);
  const body = request.body === undefined ? Buffer.alloc(0) : encodeBody(request.body, headers["content-type"] ?? "");
  const url = requestUrl(request.url, request.query);
  const timeoutMs = Math.max(1, Math.min(longestRequestMs, deadlineMs - effects.now()));
  const call: HttpCall = {
    request: { method: request.method, url, headers, body },
    auth: { type: "OAuth2", scopes },
    timeoutMs,
  };
  const response = yield* effects.fetch(call);
  const answer = response.body.length === 0 ? null : parseBody(response.headers["content-type"], response.body);
  if (response.status < 400) return answer;
  const fields = { body: answer, code: BigInt(response.status), headers: toHeaders(response.headers) };
  throw fault("HttpError", `HTTP server responded with error code ${response.status}`, { fields });
}

function* isRetryable({ method }: ConnectorRequest, { value }: WorkflowError, { effects }: Sender): Task<boolean> {
  const suffix = method === "GET" ? "" : "_non_idempotent";
  const predicate = retry.find(({ name }) => name === `http.default_retry_predicate${suffix}`);
  return predicate !== undefined && (yield* predicate.run({ exception: value }, { effects })) === true;
}
