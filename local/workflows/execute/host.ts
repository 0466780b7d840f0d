import type { Hold } from "../../clock.ts";
import type { HttpRequest, HttpResponse } from "../../http.ts";
import type { Value } from "../value/value.ts";

/** The world as an execution sees it. */
export interface Host {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The value of an environment variable of the execution. */
  env(name: string): string | undefined;
  /** A random UUID. */
  uuid(): string;
  /** Waits while work in progress awaits it: `sys.sleep`, retry backoff. */
  sleep(ms: number, thread: Thread): Promise<void>;
  /** Sends an HTTP request. @throws Error when there is no answer, with the network's code as `code` or its cause's */
  fetch(request: HttpRequest, thread: Thread): Promise<HttpResponse>;
  /** The `authorization` header for a request. @throws Error when no credentials can be made */
  authorize(auth: HttpAuth): Promise<string>;
  /** Writes an entry of `sys.log`. */
  log(entry: { readonly severity: string; readonly data: Value }): void;
  /** Makes a callback endpoint and gives its URL. */
  createCallback(method: string): string;
  /** Waits for a request to a callback endpoint; `undefined` when the time is over. @throws RangeError for a URL that is no endpoint */
  awaitCallback(url: string, timeoutMs: number, thread: Thread): Promise<CallbackRequest | undefined>;
}

/** One line of execution: the main one, or a branch or iteration of a parallel step. */
export interface Thread {
  /** Counts from 1 in the order of start. */
  readonly id: number;
  /** The thread's hold on the clock: what it does between waits is work. */
  readonly hold: Hold;
  /** Aborted when the execution is cancelled. */
  readonly signal: AbortSignal;
}

/** `auth` of an HTTP request. */
export type HttpAuth =
  | { readonly type: "OIDC"; readonly audience: string }
  | { readonly type: "OAuth2"; readonly scopes: readonly string[] };

/** A request that arrived at a callback endpoint. */
export interface CallbackRequest extends HttpRequest {
  /** RFC 3339 */
  readonly receivedTime: string;
}
