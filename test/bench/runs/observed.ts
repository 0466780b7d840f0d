import type { FunctionCall, Observation, ObservedRun, StepLine } from "../../../bench/runs/observation.ts";
import type { StepName } from "../../../plan/step.ts";
import { functionId } from "../../../spec/names.ts";

/** One call of a step in a made-up run: when it came and was answered, and how. */
export interface MadeCall {
  readonly step: StepName;
  readonly from: number;
  readonly until: number;
  /** Absent for a call that was refused. */
  readonly answer?: Partial<Pick<StepLine, "state" | "detail">>;
}

/** A run of these calls; each step starts with its first. */
export function makeRun(calls: readonly MadeCall[], rest: Partial<ObservedRun> = {}): ObservedRun {
  const first = (step: StepName) => calls.find((call) => call.step === step)?.from ?? 0;
  const started = [...new Set(calls.map(({ step }) => step))].map(
    (step): StepLine => ({ step, state: "started", at: first(step), detail: {} }),
  );
  const answered = calls.flatMap(({ step, until, answer }): StepLine[] =>
    answer ? [{ step, state: answer.state ?? "done", at: until, detail: answer.detail ?? {} }] : [],
  );
  return {
    ...{ title: "made up", id: "r1", action: "up", from: 0, until: Math.max(...calls.map(({ until }) => until)) },
    lines: [...started, ...answered].sort((a, b) => a.at - b.at),
    calls: calls.map(toCall),
    steps: { internal: 0, external: 0 },
    ...rest,
  };
}

function toCall({ step, from, until, answer }: MadeCall): FunctionCall {
  const principal = "alloyrun-workflow@p.iam.gserviceaccount.com";
  const status = answer ? 200 : 403;
  return { function: functionId(step), from, until, status, principal, durationMs: (until - from) * 1000 };
}

/** An answer that names an operation to wait for. */
export function waitingFor(name: string, expectedSeconds: number): MadeCall["answer"] {
  return { state: "waiting", detail: { operations: [{ name, expectedSeconds }] } };
}

/** An observation of these runs. */
export function observe(runs: readonly ObservedRun[], rest: Partial<Observation> = {}): Observation {
  return { runs, operations: [], waits: [], memory: {}, ...rest };
}
