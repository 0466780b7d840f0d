import { type StepName, stepNames } from "../../plan/step.ts";
import { functionId } from "../../spec/names.ts";
import { closureOf } from "./graph.ts";
import type { FunctionCall, Observation, ObservedRun, Span, StepLine } from "./observation.ts";

/** Time that Google, or the environment itself, made a step wait. */
export interface Imposed extends Span {
  /** For example `alloydb instances.create`, or the kind of a wait. */
  readonly kind: string;
  /** When the step was called again. */
  readonly noticedAt: number;
  /** As the step expected it; nobody expects a propagation. */
  readonly expectedSeconds?: number;
}

/** How the time of one step went. */
export interface StepTimeline extends Span {
  readonly step: StepName;
  readonly imposed: readonly Imposed[];
  readonly calls: readonly Span[];
}

/** Kind of the time for which `retire` keeps what served before: the longest that a request may take. */
export const graceKind = "requests of the old revision";

type Operation = Observation["operations"][number];
type Wait = Observation["waits"][number];

/** What of an observation tells why a step waited. */
export type Causes = Pick<Observation, "operations" | "waits">;

/** How the time of each step of a run went. */
export function timelinesOf(run: ObservedRun, causes: Causes): readonly StepTimeline[] {
  return stepNames.flatMap((step) => {
    const lines = run.lines.filter((line) => line.step === step);
    const [first, last] = [lines[0], lines.at(-1)];
    if (!first || !last) return [];
    const calls = run.calls.filter((call) => call.function === functionId(step) && call.from >= first.at - 0.001);
    const asks = toAsks(calls, lines);
    const imposed = [
      ...awaitedOperations(asks, causes.operations),
      ...awaitedEffects(asks, { step, run, waits: causes.waits }),
    ];
    return [{ step, from: first.at, until: last.at, imposed, calls }];
  });
}

/** A call of a step, and what it was answered; a call that was refused has no line. */
interface Ask {
  readonly call: FunctionCall;
  readonly line?: StepLine;
}

/** The workflow logs a line for every answer, in the order of the calls. */
function toAsks(calls: readonly FunctionCall[], lines: readonly StepLine[]): readonly Ask[] {
  const answers = lines.filter(({ state }) => state === "waiting" || state === "held" || state === "done");
  let next = 0;
  return calls.map((call) => (call.status === 200 ? { call, line: answers[next++] } : { call }));
}

function awaitedOperations(asks: readonly Ask[], operations: readonly Operation[]): readonly Imposed[] {
  return asks.flatMap(({ line }, index) => {
    const found = (line?.detail.operations ?? []).flatMap(({ name, expectedSeconds }) => {
      const operation = findOperation(operations, name);
      return operation ? [{ ...operation, kind: kindOf(operation), expectedSeconds }] : [];
    });
    // The step is called again when all have ended, so only the last one has an end that could be noticed.
    const last = found.reduce<(typeof found)[number] | undefined>(
      (latest, one) => (latest && latest.until > one.until ? latest : one),
      undefined,
    );
    if (!last) return [];
    const from = Math.min(...found.map((one) => one.from));
    const noticedAt = asks[index + 1]?.call.from ?? last.until;
    return [{ kind: last.kind, from, until: last.until, noticedAt, expectedSeconds: last.expectedSeconds }];
  });
}

/** Answers name operations as their API does: in full, or by id alone (Compute). */
function findOperation(operations: readonly Operation[], name: string): Operation | undefined {
  const id = name.split("/").at(-1);
  return operations.find((one) => one.name === name || one.name.endsWith(`/${id}`));
}

function kindOf({ host, kind }: Operation): string {
  return `${host.replace(".googleapis.com", "")} ${kind}`;
}

interface Circumstances {
  readonly step: StepName;
  readonly run: ObservedRun;
  readonly waits: readonly Wait[];
}

/**
 * Waits for what was done and had no effect yet: calls that were refused or told to ask again, one after the other, up to
 * the first that went on. What the step, or one that it needs, had done, and what of that came into effect last meanwhile,
 * is what it waited for.
 */
function awaitedEffects(asks: readonly Ask[], { step, run, waits }: Circumstances): readonly Imposed[] {
  const ids = [...closureOf(step, run.action)].map(functionId);
  const own = waits.filter(({ principal }) => ids.some((id) => principal.startsWith(`${id}@`)));
  const imposed: Imposed[] = [];
  let first: Ask | undefined;
  for (const ask of asks) {
    if (first && !isInVain(ask)) {
      const [from, noticedAt] = [first.call.from, ask.call.from];
      imposed.push(...graceOf(first, noticedAt), ...effectWithin({ from, until: noticedAt }, own));
    }
    first = isInVain(ask) ? (first ?? ask) : undefined;
  }
  return imposed;
}

/** Whether a call was refused, or told to ask again without an operation to wait for. */
function isInVain({ line }: Ask): boolean {
  return line === undefined || (line.state === "waiting" && (line.detail.operations ?? []).length === 0);
}

function effectWithin({ from, until }: Span, waits: readonly Wait[]): readonly Imposed[] {
  const within = waits.filter((wait) => wait.until > from && wait.until <= until);
  const [last] = within.sort((a, b) => b.until - a.until);
  return last ? [{ kind: last.kind, from, until: last.until, noticedAt: until }] : [];
}

/** What served before is kept for as long as it may be answering: the step knows to the second when that is over. */
function graceOf({ line }: Ask, noticedAt: number): readonly Imposed[] {
  if (line?.step !== "retire" || !line.detail.reason?.includes("may still be answering")) return [];
  const until = Math.min(noticedAt, line.at + (line.detail.retryAfterSeconds ?? 0));
  return [{ kind: graceKind, from: line.at, until, noticedAt }];
}
