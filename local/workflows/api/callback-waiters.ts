import type { Cloud } from "../../cloud.ts";
import type { Collection } from "../../store.ts";
import type { CallbackRequest, Thread } from "../execute/host.ts";

/** A callback endpoint of an execution; a request that nobody has read yet is kept with it. */
export interface CallbackRecord {
  readonly name: string;
  readonly method: string;
  readonly unread?: StoredRequest;
}

/** A request to a callback endpoint as it is kept. */
export interface StoredRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly receivedTime: string;
}

/** Who waits at which callback endpoint, by the endpoint's full name. */
interface Waiters {
  /** Waits for a request without drawing the clock; `undefined` when the time is over. */
  receive(name: string, timeoutMs: number, thread: Thread): Promise<CallbackRequest | undefined>;
  /** Tells one who waits that a request is there. */
  wake(name: string): void;
  /** Lets the next request of an endpoint be given to somebody. */
  release(name: string): void;
  count(name: string): number;
  forget(name: string): void;
}

/** Makes an empty table of who waits. */
export function createWaiters(cloud: Cloud, records: Collection<CallbackRecord>): Waiters {
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

  return {
    async receive(name, timeoutMs, thread) {
      const waiting = waiters.get(name) ?? new Set();
      waiters.set(name, waiting);
      const request = take(name);
      return request ?? (await waitFor(waiting, { timeoutMs, thread, take: () => take(name), cloud }));
    },
    wake(name) {
      const [wake] = waiters.get(name) ?? [];
      wake?.();
    },
    release: (name) => void taken.delete(name),
    count: (name) => waiters.get(name)?.size ?? 0,
    forget(name) {
      waiters.delete(name);
      taken.delete(name);
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
  const arrival = Promise.withResolvers<void>();
  let request: CallbackRequest | undefined;
  const wake = () => {
    request ??= take();
    if (request) arrival.resolve();
  };
  waiting.add(wake);
  const expiry = cloud.clock.sleep(timeoutMs, { draws: false, signal }).then(() => undefined);
  try {
    await thread.hold.during(() => Promise.race([arrival.promise, expiry]));
    // One that came at the very end was given, too.
    return request;
  } finally {
    waiting.delete(wake);
    done.abort();
    expiry.catch(() => undefined);
  }
}
