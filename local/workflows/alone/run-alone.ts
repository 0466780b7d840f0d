import type { HttpRequest } from "../../http.ts";
import { startExecution } from "../execute/execution.ts";
import type { StepRecord } from "../execute/history.ts";
import type { LogEntry } from "../execute/host.ts";
import type { Outcome } from "../execute/outcome.ts";
import type { Program } from "../plan/program.ts";
import type { Value } from "../value/value.ts";
import { createStubHost, type StubRecord } from "./stub-host.ts";
import type { Stubs } from "./stubs.ts";
import { VirtualTime } from "./virtual-time.ts";

/** A program to run without any cloud. */
export interface AloneOptions {
  readonly program: Program;
  readonly argument: Value;
  readonly stubs: Stubs;
  /** Aborting it cancels the execution. */
  readonly signal?: AbortSignal;
}

/** What came of it; times are milliseconds since the epoch. */
export interface AloneRun {
  readonly outcome: Outcome;
  readonly startMs: number;
  readonly endMs: number;
  readonly steps: readonly StepRecord[];
  readonly log: readonly LogEntry[];
  /** Requests in the order in which they were sent. */
  readonly requests: readonly HttpRequest[];
  /** The request that ended the execution because no stub answers it. */
  readonly unanswered?: HttpRequest;
}

/** Runs a program to its end in a world of stubs, in time of its own. */
export async function runAlone({ program, argument, stubs, signal }: AloneOptions): Promise<AloneRun> {
  const startMs = stubs.startMs ?? Date.now();
  const time = new VirtualTime(startMs);
  const record: StubRecord = { log: [], requests: [] };
  const host = createStubHost({ stubs, time, record, onUnanswered: () => execution.cancel() });
  const execution = startExecution({ program, argument, host, hold: () => time.hold() });
  const cancel = () => execution.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  const outcome = await execution.outcome;
  signal?.removeEventListener("abort", cancel);
  return { outcome, startMs, endMs: time.now(), steps: execution.steps(), ...record };
}
