import { toBoolean } from "../expression/operators.ts";
import { fault, WorkflowError } from "../fault.ts";
import type { Block, Completion, Node, Work } from "../plan/program.ts";
import type { Task } from "../task.ts";
import { isMap, typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { runAssignment } from "./assign.ts";
import { runCall } from "./call.ts";
import { runFor } from "./loop.ts";
import { toPayload } from "./outcome.ts";
import { runParallel } from "./parallel.ts";
import { recorded } from "./recorded.ts";
import { evaluateTemplate } from "./template.ts";
import { runTry } from "./try.ts";

/** Steps after which other work of the process gets a turn. */
const stepsPerTurn = 256;

const done: Completion = { kind: "done" };

/** Runs the steps of a block; a jump to none of its names is handed outwards. */
export function* runBlock(block: Block, at: Activation): Task<Completion> {
  let index = 0;
  for (let node = block.nodes[index]; node; node = block.nodes[index]) {
    const completion = yield* runNode(node, at);
    const target = completion.kind === "jump" ? block.indexOf.get(completion.target) : undefined;
    if (target !== undefined) index = target;
    else if (completion.kind === "done") index += 1;
    else return completion;
  }
  return done;
}

/** @throws WorkflowError ResourceLimitError, TimeoutError */
function* beginStep({ run, thread }: Activation): Task<void> {
  if (run.countStep() % stepsPerTurn === 0) yield* run.scheduler.rest();
  thread.signal.throwIfAborted();
}

/** Runs one step and says where execution goes on. */
export function* runNode(node: Node, at: Activation): Task<Completion> {
  const element = { step: node.step, routine: at.frame.routine, position: node.position };
  at.run.enterStep(element);
  try {
    // A nameless body is part of the step around it.
    if (at.step !== node.step) yield* beginStep(at);
    const completion = yield* recorded({ stepType: node.type }, { ...at, step: node.step }, (inside) =>
      runWork(node.work, inside),
    );
    // For a switch this holds whether or not a condition did. See choice `switch-next`.
    return completion.kind === "done" ? (node.next ?? done) : completion;
  } catch (caught) {
    const error = caught instanceof RangeError ? toLimit(caught) : caught;
    if (error instanceof WorkflowError) error.locate(at.frame, element);
    throw error;
  }
}

/** What the engine below refuses is too large or too deep for it, and the definition may handle that. */
function toLimit(cause: RangeError): WorkflowError {
  return fault("ResourceLimitError", cause.message, { cause });
}

function* runWork(work: Work, at: Activation): Task<Completion> {
  switch (work.kind) {
    case "assign":
      for (const entry of work.entries) yield* runAssignment(entry, at);
      return done;
    case "call":
      yield* runCall(work, at);
      return done;
    case "switch":
      return yield* runSwitch(work, at);
    case "for":
      return yield* runFor(work, at);
    case "parallel":
      return yield* runParallel(work, at);
    case "try":
      return yield* runTry(work, at);
    case "raise":
      throw toRaised(yield* evaluateTemplate(work.value, at));
    case "return":
      return { kind: "return", value: yield* evaluateTemplate(work.value, at) };
    case "steps":
      return yield* runBlock(work.block, at);
    case "jump":
      return done;
  }
}

function* runSwitch({ cases }: Extract<Work, { kind: "switch" }>, at: Activation): Task<Completion> {
  for (const [index, { condition, body }] of cases.entries()) {
    const holds = toBoolean(yield* evaluateTemplate(condition, at), "condition");
    if (!holds) continue;
    const about = { stepType: "STEP_CONDITION", progress: index + 1 } as const;
    return yield* recorded(about, at, (inside) => runNode(body, inside));
  }
  return done;
}

/** An error of the runtime that is raised again keeps its message; anything else is shown as it is (choice `raised-string`). */
function toRaised(value: Value): WorkflowError {
  if (typeof value !== "string" && !isMap(value)) {
    return fault("TypeError", `raise takes a string or a map, not ${typeName(value)}`);
  }
  const message = isMap(value) && value.has("tags") ? value.get("message") : undefined;
  return new WorkflowError({
    value,
    message: typeof message === "string" ? message : `RuntimeError: ${toPayload(value)}`,
  });
}
