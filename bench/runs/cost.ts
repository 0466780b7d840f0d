import type { FunctionCall, Observation, ObservedRun } from "./observation.ts";
import { allotted, orchestrationPrices as prices } from "./prices.ts";

/** What a run's own orchestration comes to by list price. */
export interface RunCost {
  readonly run: string;
  readonly internalSteps: number;
  readonly externalSteps: number;
  /** Calls of functions by the workflow. */
  readonly workflowCalls: number;
  /** Calls of the function that delivers events. */
  readonly eventCalls: number;
  readonly vcpuSeconds: number;
  readonly gibSeconds: number;
  readonly buildMinutes: number;
  readonly usd: number;
}

/** Kind of an operation that is billed by its minutes. */
const buildHost = "cloudbuild.googleapis.com";

/** Adds up what the executions and functions of a run cost; who watches it asks on an account of their own. */
export function costOf(run: ObservedRun, { memory, operations }: Observation): RunCost {
  const byWorkflow = run.calls.filter(({ principal }) => principal.startsWith("alloyrun-workflow@"));
  const ofEvents = run.calls.filter((call) => call.function === "alloyrun-events");
  const calls = [...byWorkflow, ...ofEvents];
  const billed = calls.map((call) => ({ seconds: billedSeconds(call), ...allotted(memory[call.function] ?? "256M") }));
  const vcpuSeconds = sum(billed.map(({ seconds, vcpu }) => seconds * vcpu));
  const gibSeconds = sum(billed.map(({ seconds, gib }) => seconds * gib));
  const builds = operations.filter(({ host, from }) => host === buildHost && from >= run.from && from < run.until);
  const buildMinutes = sum(builds.map(({ from, until }) => until - from)) / 60;
  const { internal, external } = run.steps;
  return {
    ...{ run: run.title, internalSteps: internal, externalSteps: external },
    ...{ workflowCalls: byWorkflow.length, eventCalls: ofEvents.length, vcpuSeconds, gibSeconds, buildMinutes },
    usd:
      internal * prices.internalStep +
      external * prices.externalStep +
      calls.length * prices.invocation +
      vcpuSeconds * prices.vcpuSecond +
      gibSeconds * prices.gibSecond +
      buildMinutes * prices.buildMinute,
  };
}

/** Each request is billed alone, as our functions take one at a time, in steps of 100 ms. */
function billedSeconds({ durationMs }: FunctionCall): number {
  return Math.ceil(durationMs / 100) / 10;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
