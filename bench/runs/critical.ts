import type { StepName } from "../../plan/step.ts";
import { coveredSeconds, longestChain } from "../chain.ts";
import { closureOf, needsOf } from "./graph.ts";
import type { ObservedRun, Span } from "./observation.ts";
import type { StepTimeline } from "./timeline.ts";

/** Up to where a run is measured. */
export interface Goal {
  readonly title: string;
  /** The steps that lead there. */
  readonly steps: readonly StepTimeline[];
  readonly until: number;
}

/** A run measured against what Google alone takes for it. */
export interface Measured {
  readonly run: string;
  readonly goal: string;
  readonly clockSeconds: number;
  readonly criticalSeconds: number;
  readonly criticalPath: readonly string[];
  /** What the time on the way to the goal went into beside that, in seconds, longest first. */
  readonly excess: readonly (readonly [cause: string, seconds: number])[];
}

/** Real work on this machine, which the clock follows 1:1. */
export const callCause = "calls of functions";

const notBilled: readonly StepName[] = ["peering", "network", "services"];

/** What of a run is measured: until it serves, until what served before is gone, until billing has stopped. */
export function goalsOf(run: ObservedRun, steps: readonly StepTimeline[]): readonly Goal[] {
  const through = (names: ReadonlySet<StepName>) => steps.filter(({ step }) => names.has(step));
  const lastOf = (some: readonly StepTimeline[]) => Math.max(...some.map(({ until }) => until));
  if (run.action === "down") {
    const billed = steps.filter(({ step }) => !notBilled.includes(step));
    return [{ title: "billing stopped", steps: billed, until: lastOf(billed) }];
  }
  const waits = steps.some(({ imposed }) => imposed.length > 0);
  if (!waits) return [{ title: "end", steps, until: run.until }];
  const serving = through(closureOf("traffic", run.action));
  const ready = { title: "serving", steps: serving, until: lastOf(serving) };
  const retires = steps.some(({ step, imposed }) => step === "retire" && imposed.length > 0);
  return retires ? [ready, { title: "old one gone", steps, until: run.until }] : [ready];
}

/** Clock time up to a goal, the longest chain of what was waited for on the way, and where the rest went. */
export function measure(run: ObservedRun, { title, steps, until }: Goal): Measured {
  const chain = longestChain(
    steps.map(({ step, imposed }) => ({
      name: step,
      needs: needsOf(step, run.action),
      seconds: coveredSeconds(imposed.map((span) => ({ from: span.from * 1000, to: span.until * 1000 }))),
    })),
  );
  const excess = [...explain(run, { title, steps, until })].filter(([, seconds]) => seconds >= 0.05);
  return {
    run: run.title,
    goal: title,
    clockSeconds: until - run.from,
    criticalSeconds: chain.seconds,
    criticalPath: chain.steps,
    excess: excess.sort(([, a], [, b]) => b - a),
  };
}

/** Goes back from the goal over the steps that were waited for, and adds up what was not Google's time. */
function explain(run: ObservedRun, { steps, until }: Goal): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const add = (span: Span, otherwise: string, { imposed = [], calls = run.calls }: Partial<Spending> = {}) => {
    for (const [cause, seconds] of spend(span, otherwise, { imposed, calls }))
      sums.set(cause, (sums.get(cause) ?? 0) + seconds);
  };
  let step = latest(steps);
  add({ from: step?.until ?? until, until }, "after the last step");
  while (step) {
    add(step, "pauses and steps of the workflow", step);
    const begun: number = step.from;
    const before = latest(steps.filter(({ step: name }) => isNeeded(name, step, run)));
    const gap = { from: before?.until ?? run.from, until: begun };
    const other = latest(steps.filter((one) => one.until <= begun && one.until > gap.from));
    if (!before) add(gap, "before the first step");
    else if (other) add(gap, `waiting for ${other.step} before ${step.step}`, { calls: [] });
    else add(gap, "between steps");
    step = before;
  }
  return sums;
}

/** Whether a step must be done before another, whatever lies between that the run does not have. */
function isNeeded(name: StepName, step: StepTimeline | undefined, { action }: ObservedRun): boolean {
  return step !== undefined && name !== step.step && closureOf(step.step, action).has(name);
}

function latest(steps: readonly StepTimeline[]): StepTimeline | undefined {
  return [...steps].sort((a, b) => b.until - a.until)[0];
}

type Spending = Pick<StepTimeline, "imposed" | "calls">;

/** What went on in a span of time that nobody imposed. */
function spend({ from, until }: Span, otherwise: string, { imposed, calls }: Spending): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const edges = [...imposed, ...calls].flatMap((span) => [span.from, span.until]);
  edges.push(from, until, ...imposed.map(({ noticedAt }) => noticedAt));
  const within = [...new Set(edges)].filter((edge) => edge >= from && edge <= until).sort((a, b) => a - b);
  within.slice(1).forEach((end, index) => {
    const start = within[index] ?? end;
    const cause = causeAt((start + end) / 2, { imposed, calls }) ?? otherwise;
    if (cause !== "imposed") sums.set(cause, (sums.get(cause) ?? 0) + end - start);
  });
  return sums;
}

function causeAt(time: number, { imposed, calls }: Spending): string | undefined {
  const holds = ({ from, until }: Span) => from <= time && time < until;
  if (imposed.some(holds)) return "imposed";
  const unnoticed = imposed.find((one) => one.until <= time && time < one.noticedAt);
  if (unnoticed) return `noticing ${unnoticed.kind}`;
  return calls.some(holds) ? callCause : undefined;
}
