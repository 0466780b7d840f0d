import type { Cloud } from "../../cloud.ts";
import { openIds } from "../../drawn-ids.ts";
import { ApiError } from "../../error.ts";
import type { HttpRequest } from "../../http.ts";
import type { Callback } from "../../model/generated/workflow-executions.ts";
import type { CallbackRequest, Thread } from "../execute/host.ts";
import { type CallbackRecord, createWaiters, type StoredRequest } from "./callback-waiters.ts";
import { notFound, withProjectId, withProjectNumber } from "./names.ts";

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
  const ids = openIds(cloud, "workflows.callbacks");
  const waiters = createWaiters(cloud, records);
  return {
    create(execution, method) {
      const hex = ids.draw(execution);
      const name = `${execution}/callbacks/${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 28)}`;
      records.put(name, { name, method });
      return `${origin}${withProjectNumber(cloud, name)}`;
    },

    async receive({ url, execution }, timeoutMs, thread) {
      const name = nameOf(cloud, url);
      if (name.startsWith(`${execution}/`) && records.get(name)) return await waiters.receive(name, timeoutMs, thread);
      throw new RangeError(`'${url}' is not a callback endpoint of this execution`);
    },

    confirm({ url, receivedTime }) {
      const name = nameOf(cloud, url);
      const record = records.get(name);
      waiters.release(name);
      if (record?.unread?.receivedTime === receivedTime) records.put(name, { name, method: record.method });
    },

    deliver(name, request) {
      const record = records.get(name);
      if (!record) throw notFound(name);
      checkDelivery(record, request);
      records.put(name, { ...record, unread: store(request, cloud.clock.timestamp()) });
      waiters.wake(name);
    },

    list: (execution) =>
      records.list(`${execution}/callbacks/`).map(([name, { method, unread }]) => ({
        name: withProjectNumber(cloud, name).replace("/callbacks/", "/callback/"),
        method,
        availablePayloads: unread ? [Buffer.from(unread.body, "base64").toString("utf8")] : [],
        waiters: String(waiters.count(name)),
      })),

    close(execution) {
      for (const [name] of records.list(`${execution}/callbacks/`)) {
        records.delete(name);
        waiters.forget(name);
      }
    },
  };
}

/** The endpoint that a URL names, without what is behind a question mark; empty for another URL. */
function nameOf(cloud: Cloud, url: string): string {
  const [address = ""] = url.split("?");
  return address.startsWith(origin) ? withProjectId(cloud, address.slice(origin.length)) : "";
}

function checkDelivery({ method, unread }: CallbackRecord, request: HttpRequest): void {
  if (method !== request.method) {
    const message = `callback endpoint takes ${method}, not ${request.method}`;
    throw new ApiError({ code: "UNIMPLEMENTED", httpStatus: 405, message });
  }
  if (unread) {
    throw new ApiError({ code: "RESOURCE_EXHAUSTED", message: "an earlier request has not been processed yet" });
  }
}

/** Credentials are not part of what a definition sees. */
function store({ method, url, headers, body }: HttpRequest, receivedTime: string): StoredRequest {
  const { authorization: _, ...visible } = headers;
  return { method, url: url.href, headers: visible, body: body.toString("base64"), receivedTime };
}
