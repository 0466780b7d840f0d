import { randomUUID } from "node:crypto";
import { toTimestamp } from "../../clock.ts";
import type { HttpRequest, HttpResponse } from "../../http.ts";
import { DeadlineError } from "../execute/deadline.ts";
import type { CallbackRequest, Host, LogEntry, OutgoingRequest, Thread } from "../execute/host.ts";
import { isAnsweredBy } from "./stub-match.ts";
import type { StubReply } from "./stub-reply.ts";
import type { StubCall, StubCallback, Stubs } from "./stubs.ts";
import type { TimeSource } from "./virtual-time.ts";

/** What happened in the world of an execution that ran alone. */
export interface StubRecord {
  readonly log: LogEntry[];
  /** Requests in the order in which they were sent. */
  readonly requests: HttpRequest[];
  /** The request that no entry answers; the execution cannot go on. */
  unanswered?: HttpRequest;
}

/** How a stub host is made. */
interface StubHostOptions {
  readonly stubs: Stubs;
  readonly time: TimeSource;
  readonly record: StubRecord;
  /** Is told of a request that no entry answers. */
  readonly onUnanswered: () => void;
}

const origin = "https://workflowexecutions.googleapis.com/v1/callbacks/";

/** A world made of stubs. */
export function createStubHost({ stubs, time, record, onUnanswered }: StubHostOptions): Host {
  const replies = new Replies(stubs.calls);
  const endpoints: string[] = [];
  const callbacks = [...stubs.callbacks];
  return {
    now: () => time.now(),
    env: (name) => (Object.hasOwn(stubs.env, name) ? stubs.env[name] : undefined),
    uuid: () => randomUUID(),
    sleepUntil: (timeMs, { hold, signal }) => hold.sleep(timeMs - time.now(), { draws: true, signal }),
    async authorize(_, request) {
      if (replies.peek(request)?.error !== "auth") return "Bearer stub";
      replies.take(request);
      throw new Error("the stub says so");
    },
    log: (entry) => void record.log.push(entry),
    createCallback: (method) => `${origin}${endpoints.push(method)}`,
    async fetch(request, thread) {
      record.requests.push(request);
      const reply = replies.take(request);
      if (reply) return await answer(reply, request, thread);
      record.unanswered ??= request;
      onUnanswered();
      throw new Error("no stub answers the request");
    },
    async awaitCallback(url, untilMs, thread) {
      const endpoint = Number(url.startsWith(origin) ? url.slice(origin.length) : Number.NaN);
      const method = endpoints[endpoint - 1];
      if (method === undefined) throw new RangeError(`'${url}' is not a callback endpoint of this execution`);
      return await receive({ callbacks, endpoint, method, url, untilMs, time, thread });
    },
  };
}

/** The replies of all entries, each given when its turn has come. */
class Replies {
  readonly #calls: readonly StubCall[];
  readonly #given = new Map<StubCall, number>();

  constructor(calls: readonly StubCall[]) {
    this.#calls = calls;
  }

  /** The reply that the request will get. */
  peek(request: HttpRequest): StubReply | undefined {
    const call = this.#find(request);
    return call?.replies[Math.min(this.#count(call), call.replies.length - 1)];
  }

  /** The same, which is given then. */
  take(request: HttpRequest): StubReply | undefined {
    const reply = this.peek(request);
    const call = this.#find(request);
    if (call) this.#given.set(call, this.#count(call) + 1);
    return reply;
  }

  #find(request: HttpRequest): StubCall | undefined {
    return this.#calls.find(
      (call) => this.#count(call) < (call.times ?? Number.POSITIVE_INFINITY) && isAnsweredBy(call, request),
    );
  }

  #count(call: StubCall): number {
    return this.#given.get(call) ?? 0;
  }
}

async function answer(reply: StubReply, request: OutgoingRequest, { hold, signal }: Thread): Promise<HttpResponse> {
  const { status, headers, body, delayMs, error } = reply;
  const waitMs = error === "timeout" ? request.timeoutMs : Math.min(delayMs, request.timeoutMs);
  if (waitMs > 0) await hold.sleep(waitMs, { draws: true, signal });
  if (error === "timeout" || delayMs > request.timeoutMs) throw new DeadlineError(request.timeoutMs);
  if (error === "refused") throw Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });
  if (error === "reset") throw Object.assign(new Error("connection reset by peer"), { code: "ECONNRESET" });
  return { status, headers, body };
}

interface Receiving {
  readonly callbacks: StubCallback[];
  readonly endpoint: number;
  /** The endpoint's. */
  readonly method: string;
  readonly url: string;
  readonly untilMs: number;
  readonly time: TimeSource;
  readonly thread: Thread;
}

/** Takes the first request that fits, when it comes in time. */
async function receive(waiting: Receiving): Promise<CallbackRequest | undefined> {
  const { callbacks, endpoint, method, untilMs, time, thread } = waiting;
  const place = callbacks.findIndex(
    (callback) => (callback.endpoint ?? endpoint) === endpoint && (callback.method ?? method) === method,
  );
  const callback = callbacks[place];
  const arrivesMs = callback ? time.now() + callback.afterMs : Number.POSITIVE_INFINITY;
  if (callback && arrivesMs <= untilMs) callbacks.splice(place, 1);
  await thread.hold.sleep(Math.min(arrivesMs, untilMs) - time.now(), { draws: true, signal: thread.signal });
  if (!callback || arrivesMs > untilMs) return undefined;
  const url = new URL(waiting.url);
  for (const [name, values] of Object.entries(callback.query)) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const { headers, body } = callback;
  return { method, url, headers, body, receivedTime: toTimestamp(time.now()) };
}
