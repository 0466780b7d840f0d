import type { Hold } from "../../clock.ts";
import type { HttpRequest, HttpResponse } from "../../http.ts";
import type { Value } from "../value/value.ts";

/**
 * The world as an execution sees it; nothing that an execution does depends on anything else.
 *
 * The library never calls it: it uses `Effects`, which notes every answer in the execution's journal before acting on
 * it (see `Journal`). So an execution can be run again after a restart: given its program, argument, environment
 * variables and journal, it repeats what it did without calling the host, then asks the host for what it still waited
 * for. Whoever implements a host need not record anything; for a repeated execution it must
 *
 * - give the same `env` as before, and UUIDs and callback URLs that it has not given before;
 * - expect `sleepUntil` and `awaitCallback` again with the same time, and `fetch` again with the same request.
 */
export interface Host {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The value of an environment variable of the execution; it never changes. */
  env(name: string): string | undefined;
  /** A random UUID. */
  uuid(): string;
  /** Waits while work in progress awaits it: `sys.sleep`, retry backoff, polls of connectors. */
  sleepUntil(timeMs: number, thread: Thread): Promise<void>;
  /**
   * Sends an HTTP request: `http.*` and connectors.
   *
   * @throws Error when there is no answer, with the network's code as `code` or its cause's; DeadlineError
   */
  fetch(request: OutgoingRequest, thread: Thread): Promise<HttpResponse>;
  /** The `authorization` header for a request. @throws Error when no credentials can be made */
  authorize(auth: HttpAuth, request: HttpRequest): Promise<string>;
  /** Writes an entry of `sys.log`. */
  log(entry: LogEntry): void;
  /** Makes a callback endpoint and gives its URL. */
  createCallback(method: string): string;
  /** Waits for a request to a callback endpoint; `undefined` when the time is over. @throws RangeError for a URL that is no endpoint */
  awaitCallback(url: string, untilMs: number, thread: Thread): Promise<CallbackRequest | undefined>;
}

/** One line of execution: the main one, or a branch or iteration of a parallel step. */
export interface Thread {
  /** Counts from 1 in the order of start. */
  readonly id: number;
  /** The thread's hold on the clock: what it does between waits is work. */
  readonly hold: ThreadHold;
  /** Aborted when the execution is cancelled. */
  readonly signal: AbortSignal;
}

/** What keeps the clock from being moved while a thread works. */
export type ThreadHold = Pick<Hold, "sleep" | "during" | "release">;

/** An HTTP request that an execution makes. */
export interface OutgoingRequest extends HttpRequest {
  /** After that long in the world the answer is no longer waited for; hosts that simulate time give up by themselves. */
  readonly timeoutMs: number;
}

/** `auth` of an HTTP request. */
export type HttpAuth =
  | { readonly type: "OIDC"; readonly audience: string }
  | { readonly type: "OAuth2"; readonly scopes: readonly string[] };

/** An entry of `sys.log`. */
export interface LogEntry {
  readonly severity: string;
  readonly data: Value;
}

/** A request that arrived at a callback endpoint. */
export interface CallbackRequest extends HttpRequest {
  /** RFC 3339 */
  readonly receivedTime: string;
}
