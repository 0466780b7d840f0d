import type { Cloud } from "../../cloud.ts";
import { ApiError } from "../../error.ts";
import type { HttpRequest } from "../../http.ts";
import type { JsonObject } from "../../json.ts";
import type { CallbackRequest, Thread } from "../execute/host.ts";
import { notFound, withProjectId, withProjectNumber } from "./names.ts";

/** A callback endpoint of an execution; a request that nobody has read yet is kept with it. */
interface CallbackRecord {
  readonly name: string;
  readonly method: string;
  readonly unread?: StoredRequest;
}

interface StoredRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly receivedTime: string;
}

/** The callback endpoints of all executions. */
export interface Callbacks {
  /** Makes an endpoint and gives its URL. */
  create(execution: string, method: string): string;
  /**
   * Waits for a request without drawing the clock; `undefined` when the time is over.
   *
   * @throws RangeError when the URL is no endpoint
   */
  receive(url: string, timeoutMs: number, thread: Thread): Promise<CallbackRequest | undefined>;
  /** Takes a request in. @throws ApiError NOT_FOUND, RESOURCE_EXHAUSTED while an earlier one is unread */
  deliver(name: string, request: HttpRequest): void;
  /** The endpoints of an execution as the API lists them. */
  list(execution: string): readonly JsonObject[];
  /** Removes the endpoints of an execution. */
  close(execution: string): void;
}

const origin = "https://workflowexecutions.googleapis.com/v1/";

/** Opens the table of callback endpoints. */
export function createCallbacks(cloud: Cloud): Callbacks {
  const records = cloud.store.collection<CallbackRecord>("workflows.callbacks");
  const draws = cloud.random.fork("workflows.callbacks");
  const waiters = new Map<string, Set<() => void>>();

  function take(name: string): CallbackRequest | undefined {
    const record = records.get(name);
    if (!record?.unread) return undefined;
    const { url, body, ...request } = record.unread;
    records.put(name, { name, method: record.method });
    return { ...request, url: new URL(url), body: Buffer.from(body, "base64") };
  }

  return {
    create(execution, method) {
      const name = `${execution}/callbacks/${draws.hex(8)}-${draws.hex(4)}-${draws.hex(16)}`;
      records.put(name, { name, method });
      return `${origin}${withProjectNumber(cloud, name)}`;
    },

    async receive(url, timeoutMs, thread) {
      const name = url.startsWith(origin) ? withProjectId(cloud, url.slice(origin.length)) : "";
      if (!records.get(name)) throw new RangeError(`'${url}' is not a callback endpoint of this execution`);
      const waiting = waiters.get(name) ?? new Set();
      waiters.set(name, waiting);
      const request = take(name);
      return request ?? waitFor(waiting, { timeoutMs, thread, take: () => take(name), cloud });
    },

    deliver(name, request) {
      const record = records.get(name);
      if (!record) throw notFound(name);
      if (record.method !== request.method) {
        const message = `callback endpoint takes ${record.method}, not ${request.method}`;
        throw new ApiError({ code: "UNIMPLEMENTED", httpStatus: 405, message });
      }
      if (record.unread) {
        throw new ApiError({ code: "RESOURCE_EXHAUSTED", message: "an earlier request has not been processed yet" });
      }
      records.put(name, { ...record, unread: store(request, cloud.clock.timestamp()) });
      const [wake] = waiters.get(name) ?? [];
      wake?.();
    },

    list: (execution) =>
      records.list(`${execution}/callbacks/`).map(([name, { method, unread }]) => ({
        name: withProjectNumber(cloud, name),
        method,
        availablePayloads: unread ? [Buffer.from(unread.body, "base64").toString("utf8")] : [],
        waiters: String(waiters.get(name)?.size ?? 0),
      })),

    close(execution) {
      for (const [name] of records.list(`${execution}/callbacks/`)) {
        records.delete(name);
        waiters.delete(name);
      }
    },
  };
}

interface Waiting {
  readonly timeoutMs: number;
  readonly thread: Thread;
  readonly take: () => CallbackRequest | undefined;
  readonly cloud: Cloud;
}

/** Waits until a request came in or the clock has passed the end; the wait is not work and does not draw the clock. */
async function waitFor(
  waiting: Set<() => void>,
  { timeoutMs, thread, take, cloud }: Waiting,
): Promise<CallbackRequest | undefined> {
  const done = new AbortController();
  const signal = AbortSignal.any([thread.signal, done.signal]);
  const arrival = Promise.withResolvers<CallbackRequest | undefined>();
  const wake = () => {
    const request = take();
    if (request) arrival.resolve(request);
  };
  waiting.add(wake);
  const expiry = cloud.clock.sleep(timeoutMs, { draws: false, signal }).then(() => undefined);
  try {
    return await thread.hold.during(() => Promise.race([arrival.promise, expiry]));
  } finally {
    waiting.delete(wake);
    done.abort();
    expiry.catch(() => undefined);
  }
}

/** Credentials are not part of what a definition sees. */
function store({ method, url, headers, body }: HttpRequest, receivedTime: string): StoredRequest {
  const { authorization: _, ...visible } = headers;
  return { method, url: url.href, headers: visible, body: body.toString("base64"), receivedTime };
}
