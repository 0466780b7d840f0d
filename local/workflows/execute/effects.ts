import type { HttpRequest, HttpResponse } from "../../http.ts";
import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import { callbackCodec, nothingCodec, responseCodec } from "./codecs.ts";
import { exchange } from "./exchange.ts";
import type { CallbackRequest, Host, HttpAuth, LogEntry, Thread } from "./host.ts";
import type { Codec } from "./journal.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a library function can do to the world and learn from it; all of it is noted in the execution's journal. */
export interface Effects {
  /** Milliseconds since the epoch, when the last wait was over. */
  now(): number;
  env(name: string): string | undefined;
  uuid(): string;
  log(entry: LogEntry): void;
  createCallback(method: string): string;
  sleep(ms: number): Task<void>;
  /**
   * Sends an HTTP request as the workflow's service account, or as nobody; any status is an answer.
   *
   * @throws WorkflowError AuthError, ConnectionError, ConnectionFailedError, TimeoutError
   */
  fetch(call: HttpCall): Task<HttpResponse>;
  /** @throws WorkflowError ValueError for a URL that is no endpoint of this execution */
  awaitCallback(url: string, timeoutMs: number): Task<CallbackRequest | undefined>;
}

/** A request with what is kept out of the journal until it is sent. */
export interface HttpCall {
  readonly request: HttpRequest;
  readonly auth?: HttpAuth;
  readonly timeoutMs: number;
}

/** What the effects of one thread are made of. */
interface EffectsOptions {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly thread: Thread;
}

/** The effects of one thread. */
export function createEffects({ host, scheduler, thread }: EffectsOptions): Effects {
  let waits = 0;
  const wait = <T>(codec: Codec<T>, start: () => Promise<T>): Task<T> => {
    waits += 1;
    return scheduler.wait({ id: `${thread.id}.${waits}`, start, codec });
  };
  return {
    now: () => scheduler.timeMs,
    env: (name) => host.env(name),
    uuid: () => scheduler.answer(() => host.uuid()),
    log(entry) {
      scheduler.answer(() => {
        host.log(entry);
        return "";
      });
    },
    createCallback: (method) => scheduler.answer(() => host.createCallback(method)),
    sleep(ms) {
      const until = scheduler.timeMs + ms;
      return wait(nothingCodec, () => host.sleepUntil(until, thread));
    },
    fetch: (call) => wait(responseCodec, () => exchange(call, host, thread)),
    awaitCallback(url, timeoutMs) {
      const until = scheduler.timeMs + timeoutMs;
      return wait(callbackCodec, () => host.awaitCallback(url, until, thread).catch(toFault));
    },
  };
}

function toFault(cause: unknown): never {
  if (cause instanceof RangeError) throw fault("ValueError", cause.message, { cause });
  throw cause;
}
