import { fault, WorkflowError } from "../fault.ts";
import type { Completion, ForWork, ParallelWork } from "../plan/program.ts";
import type { Settled, Task } from "../task.ts";
import { memoryLimitBytes } from "../value/size.ts";
import { typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { countOf, defineLoopVariables, itemsOf } from "./loop.ts";
import { toExecutionError } from "./outcome.ts";
import { recorded } from "./recorded.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Parallel steps that may be inside each other. */
const maxNesting = 2;

/** Branches or iterations of one step that run at once (choice `concurrency`). */
const maxConcurrency = 20;

/** Unhandled errors that are kept. */
const maxErrors = 100;

/** One branch or iteration. */
interface Strand {
  readonly id: string;
  /** Variables of its own. */
  readonly locals: ReadonlySet<string>;
  run(inside: Activation): Task<Completion>;
}

/** What a branch failed with. */
interface Failure {
  readonly id: string;
  readonly error: WorkflowError;
}

/** Runs a parallel step until all its branches have ended; their unhandled errors become one. */
export function* runParallel(work: ParallelWork, at: Activation): Task<Completion> {
  if (at.parallelDepth >= maxNesting)
    throw fault("ParallelNestingError", `parallel steps are nested deeper than ${maxNesting}`);
  const limit = work.concurrencyLimit ? toLimit(yield* evaluateTemplate(work.concurrencyLimit, at)) : maxConcurrency;
  const strands = numbered(yield* strandsOf(work.work, at));
  const failures: Failure[] = [];
  // Workers share one iterator: each takes the next strand as soon as it is free.
  const workers = Array.from({ length: limit }, () => runStrands(strands, failures, at));
  at.thread.rest();
  const ends = yield* at.run.scheduler.together(workers);
  at.thread.resume();
  throwOnCancellation(ends);
  if (failures.length > 0) throw toUnhandled(failures);
  return { kind: "done" };
}

function* runStrands(strands: Iterable<NumberedStrand>, failures: Failure[], at: Activation): Task<void> {
  for (const [strand, place] of strands) {
    const error = yield* runStrand(strand, place, at);
    if (error) failures.push({ id: strand.id, error });
  }
}

function throwOnCancellation(ends: readonly Settled<void>[]): void {
  for (const end of ends) if ("error" in end) throw end.error;
}

function toLimit(value: Value): number {
  if (typeof value !== "bigint")
    throw fault("TypeError", `concurrency_limit must be an integer, not ${typeName(value)}`);
  if (value < 1n) throw fault("ValueError", `concurrency_limit must be positive, not ${value}`);
  return Math.min(Number(value), maxConcurrency);
}

function* strandsOf(work: ParallelWork["work"], at: Activation): Task<Iterable<Strand>> {
  if (work.kind === "branches") {
    at.run.history.expect(at.entry, work.branches.length);
    return work.branches.map(({ name, block }) => ({
      id: name,
      locals: block.locals,
      run: (inside) => at.run.interpreter.runBlock(block, inside),
    }));
  }
  const list = yield* evaluateTemplate(work.source.list, at);
  at.run.history.expect(at.entry, countOf(work.source, list));
  return iterations(work, list);
}

function* iterations(work: ForWork, list: Value): Generator<Strand> {
  for (const item of itemsOf(work.source, list)) {
    yield {
      id: String(item.index),
      locals: work.block.locals,
      run(inside) {
        defineLoopVariables(work, inside.scope, item);
        return inside.run.interpreter.runBlock(work.block, inside);
      },
    };
  }
}

type NumberedStrand = readonly [strand: Strand, place: number];

function* numbered(strands: Iterable<Strand>): Generator<NumberedStrand> {
  let place = 0;
  for (const strand of strands) {
    place += 1;
    yield [strand, place];
  }
}

/** Runs one branch on a thread of its own; an error that it did not handle is an answer, a cancellation is thrown. */
function* runStrand(strand: Strand, place: number, at: Activation): Task<WorkflowError | undefined> {
  const thread = at.run.startThread();
  const scope = new Scope({ parent: at.scope, memory: at.run.memory, locals: strand.locals });
  const frame = { ...at.frame };
  const inside = { ...at, thread, scope, frame, parallelDepth: at.parallelDepth + 1 };
  const about = { stepType: "STEP_PARALLEL_BRANCH_ENTRY", progress: place } as const;
  try {
    yield* recorded(about, inside, (within) => strand.run(within));
    return undefined;
  } catch (caught) {
    if (caught instanceof WorkflowError) return caught;
    throw caught;
  } finally {
    scope.dispose();
    thread.rest();
  }
}

function toUnhandled(failures: readonly Failure[]): WorkflowError {
  const branches: Value[] = [];
  let bytes = 0;
  for (const { id, error } of failures.slice(0, maxErrors)) {
    const { context, payload } = toExecutionError(error);
    bytes += context.length + payload.length;
    // Errors of errors would grow without bound, and an `except` could not hold them.
    if (bytes > memoryLimitBytes / 2) break;
    const fields = new Map([
      ["context", context],
      ["payload", payload],
    ]);
    branches.push(new Map<string, Value>(Object.entries({ id, error: fields })));
  }
  return fault("UnhandledBranchError", "One or more branches or iterations encountered an unhandled runtime error", {
    fields: { branches, truncated: failures.length > branches.length },
  });
}
