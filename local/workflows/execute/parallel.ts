import { fault, WorkflowError } from "../fault.ts";
import type { Completion, ForWork, ParallelWork } from "../plan/program.ts";
import { drive, perform, type Task } from "../task.ts";
import { isNumber, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { defineLoopVariables, itemsOf } from "./loop.ts";
import { toExecutionError } from "./outcome.ts";
import { recorded } from "./recorded.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Parallel steps that may be inside each other. */
const maxNesting = 2;

/** Branches or iterations of one step that run at once. */
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
  const worker = async () => {
    for (const [strand, place] of strands) {
      const error = await runStrand(strand, place, at);
      if (error) failures.push({ id: strand.id, error });
    }
  };
  // Workers share one iterator: each takes the next strand as soon as it is free.
  const workers = () => Promise.allSettled(Array.from({ length: limit }, worker));
  const ends = yield* perform(() => at.thread.hold.during(workers));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  if (failures.length > 0) throw toUnhandled(failures);
  return { kind: "done" };
}

function toLimit(value: Value): number {
  if (!isNumber(value) || !(value >= 1)) throw fault("ValueError", "concurrency_limit must be a positive integer");
  return Math.min(Number(value), maxConcurrency);
}

function* strandsOf(work: ParallelWork["work"], at: Activation): Task<Iterable<Strand>> {
  if (work.kind === "branches") {
    return work.branches.map(({ name, block }) => ({
      id: name,
      locals: block.locals,
      run: (inside) => at.run.interpreter.runBlock(block, inside),
    }));
  }
  return iterations(work, yield* evaluateTemplate(work.source.list, at));
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

function* numbered(strands: Iterable<Strand>): Generator<readonly [Strand, number]> {
  let place = 0;
  for (const strand of strands) {
    place += 1;
    yield [strand, place];
  }
}

/** Runs one branch on a thread of its own; an error that it did not handle is an answer, a cancellation is thrown. */
async function runStrand(strand: Strand, place: number, at: Activation): Promise<WorkflowError | undefined> {
  const thread = at.run.startThread();
  const scope = new Scope({ parent: at.scope, memory: at.run.memory, locals: strand.locals });
  const frame = { ...at.frame };
  const inside = { ...at, thread, scope, frame, parallelDepth: at.parallelDepth + 1 };
  const about = { stepType: "STEP_PARALLEL_BRANCH_ENTRY", progress: place } as const;
  try {
    await drive(recorded(about, inside, (within) => strand.run(within)));
    return undefined;
  } catch (caught) {
    if (caught instanceof WorkflowError) return caught;
    throw caught;
  } finally {
    scope.dispose();
    thread.hold.release();
  }
}

function toUnhandled(failures: readonly Failure[]): WorkflowError {
  const branches = failures.slice(0, maxErrors).map(({ id, error }) => {
    const { context, payload } = toExecutionError(error);
    return new Map<string, Value>([
      ["id", id],
      [
        "error",
        new Map([
          ["context", context],
          ["payload", payload],
        ]),
      ],
    ]);
  });
  return fault("UnhandledBranchError", "One or more branches or iterations encountered an unhandled runtime error", {
    fields: { branches, truncated: failures.length > maxErrors },
  });
}
