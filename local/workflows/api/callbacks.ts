import type { Cloud } from "../../cloud.ts";
import { ApiError } from "../../error.ts";
import type { HttpRequest } from "../../http.ts";
import type { Callback } from "../../model/generated/workflow-executions.ts";
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
   * Waits for a request without drawing the clock; `undefined` when the time is over. The request stays with the endpoint
   * until it is confirmed, so that it is not lost when the process ends before the execution has noted it.
   *
   * @param endpoint the URL, and the execution that waits
   * @throws RangeError when the URL is no endpoint of the execution
   */
  receive(endpoint: Endpoint, timeoutMs: number, thread: Thread): Promise<CallbackRequest | undefined>;
  /** Takes a request from its endpoint that the execution has noted; one that is gone already is no matter. */
  confirm(request: { readonly url: string; readonly receivedTime: string }): void;
  /** Takes a request in. @throws ApiError NOT_FOUND, RESOURCE_EXHAUSTED while an earlier one is unread */
  deliver(name: string, request: HttpRequest): void;
  /** The endpoints of an execution as the API lists them. */
  list(execution: string): readonly Callback[];
  /** Removes the endpoints of an execution. */
  close(execution: string): void;
}

/** Where an execution waits. */
interface Endpoint {
  readonly url: string;
  /** Full name of the execution. */
  readonly execution: string;
}

const origin = "https://workflowexecutions.googleapis.com/v1/";

/** Opens the table of callback endpoints. */
export function createCallbacks(cloud: Cloud): Callbacks {
  const records = cloud.store.collection<CallbackRecord>("workflows.callbacks");
  const draws = cloud.random.fork("workflows.callbacks");
  const waiters = new Map<string, Set<() => void>>();
  /** Endpoints whose request somebody was given who has not confirmed it yet. */
  const taken = new Set<string>();

  function take(name: string): CallbackRequest | undefined {
    const unread = records.get(name)?.unread;
    if (!unread || taken.has(name)) return undefined;
    taken.add(name);
    const { url, body, ...request } = unread;
    return { ...request, url: new URL(url), body: Buffer.from(body, "base64") };
  }

  /** The endpoint that a URL names, without what is behind a question mark. */
  function nameOf(url: string): string {
    const [address = ""] = url.split("?");
    return address.startsWith(origin) ? withProjectId(cloud, address.slice(origin.length)) : "";
  }

  return {
    create(execution, method) {
      const name = `${execution}/callbacks/${draws.hex(8)}-${draws.hex(4)}-${draws.hex(16)}`;
      records.put(name, { name, method });
      return `${origin}${withProjectNumber(cloud, name)}`;
    },

    async receive({ url, execution }, timeoutMs, thread) {
      const name = nameOf(url);
      if (!name.startsWith(`${execution}/`) || !records.get(name)) {
        throw new RangeError(`'${url}' is not a callback endpoint of this execution`);
      }
      const waiting = waiters.get(name) ?? new Set();
      waiters.set(name, waiting);
      const request = take(name);
      return request ?? waitFor(waiting, { timeoutMs, thread, take: () => take(name), cloud });
    },

    confirm({ url, receivedTime }) {
      const name = nameOf(url);
      const record = records.get(name);
      taken.delete(name);
      if (record?.unread?.receivedTime === receivedTime) records.put(name, { name, method: record.method });
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
        name: withProjectNumber(cloud, name).replace("/callbacks/", "/callback/"),
        method,
        availablePayloads: unread ? [Buffer.from(unread.body, "base64").toString("utf8")] : [],
        waiters: String(waiters.get(name)?.size ?? 0),
      })),

    close(execution) {
      for (const [name] of records.list(`${execution}/callbacks/`)) {
        records.delete(name);
        waiters.delete(name);
        taken.delete(name);
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
