import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { type TimeSource, VirtualTime } from "./alone/virtual-time.ts";
import { buildProgram } from "./build.ts";
import { startExecution } from "./execute/execution.ts";
import type { StepRecord } from "./execute/history.ts";
import type { CallbackRequest, Host, HttpAuth, Thread, ThreadHold } from "./execute/host.ts";
import type { Outcome } from "./execute/outcome.ts";
import type { Connectors } from "./stdlib/library.ts";
import { parseJson } from "./value/json.ts";
import type { Value } from "./value/value.ts";

/** A definition to run by itself, without the Workflows APIs. */
export interface RunDefinitionOptions {
  /** YAML or JSON. */
  readonly source: string;
  /** What `googleapis.*` stands for; without it a definition that names one does not build. */
  readonly connectors?: Connectors;
  /** JSON text of the execution's argument. */
  readonly argument?: string;
  /** The clock that sleeps pass on; time of its own, which jumps, unless given. */
  readonly clock?: Clock;
  /** Answers `http.*`, and may let time pass through the hold; without it every request fails to connect. */
  readonly fetch?: (request: HttpRequest, hold: ThreadHold) => Promise<HttpResponse> | HttpResponse;
  /** Makes the `authorization` header of a request with `auth`. */
  readonly authorize?: (auth: HttpAuth) => Promise<string> | string;
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting it cancels the execution. */
  readonly signal?: AbortSignal;
  /** Requests that are waiting at every callback endpoint, in order. */
  readonly callbacks?: readonly CallbackRequest[];
}

/** What came of it. */
export interface DefinitionRun {
  readonly outcome: Outcome;
  readonly steps: readonly StepRecord[];
  /** Entries of `sys.log`, in order. */
  readonly log: readonly { readonly severity: string; readonly data: Value }[];
}

/**
 * Builds a definition and runs it to its end.
 *
 * @throws DefinitionError when it does not build
 */
export async function runDefinition(options: RunDefinitionOptions): Promise<DefinitionRun> {
  const program = buildProgram(options.source, options.connectors);
  const time: TimeSource = options.clock ?? new VirtualTime(Date.now());
  const log: { severity: string; data: Value }[] = [];
  const host = createHost({ ...options, time }, log);
  const argument = options.argument === undefined ? null : parseJson(options.argument);
  const execution = startExecution({ program, argument, host, hold: () => time.hold() });
  options.signal?.addEventListener("abort", () => execution.cancel());
  const outcome = await execution.outcome;
  return { outcome, steps: execution.steps(), log };
}

function createHost(
  {
    time,
    env = {},
    fetch = refuse,
    authorize = refuse,
    callbacks = [],
  }: RunDefinitionOptions & { readonly time: TimeSource },
  log: { severity: string; data: Value }[],
): Host {
  const waiting = [...callbacks];
  return {
    now: () => time.now(),
    env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    uuid: () => randomUUID(),
    sleepUntil: (timeMs, { hold, signal }) => hold.sleep(timeMs - time.now(), { draws: true, signal }),
    fetch: async (request, { hold }) => fetch(request, hold),
    authorize: async (auth) => authorize(auth),
    log: (entry) => void log.push(entry),
    createCallback: (method) => `https://workflowexecutions.googleapis.com/callbacks/${method}`,
    awaitCallback: (_, untilMs, thread) => nextCallback(waiting, untilMs - time.now(), thread),
  };
}

async function nextCallback(
  waiting: CallbackRequest[],
  timeoutMs: number,
  { hold, signal }: Thread,
): Promise<CallbackRequest | undefined> {
  if (waiting.length === 0) await hold.sleep(timeoutMs, { draws: true, signal });
  return waiting.shift();
}

function refuse(): never {
  throw Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });
}
