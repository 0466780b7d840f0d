import { fault, WorkflowError } from "../fault.ts";
import type { Parameter } from "../parse/syntax.ts";
import type { CallWork, PlannedRoutine } from "../plan/program.ts";
import { bindArguments, type LibraryFunction } from "../stdlib/function.ts";
import type { Task } from "../task.ts";
import type { Value } from "../value/value.ts";
import type { Activation, Arguments, Frame } from "./activation.ts";
import type { CallEnd, CallRecord } from "./observer.ts";
import { toPayload } from "./outcome.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Most calls on the stack. */
const maxDepth = 20;

/** Runs a call step: evaluates the arguments, calls, and keeps the result. */
export function* runCall({ callee, args, result }: CallWork, at: Activation): Task<void> {
  const values = new Map<string, Value>();
  for (const [name, template] of args) values.set(name, yield* evaluateTemplate(template, at));
  const value = yield* observed(callee, values, at);
  if (result !== undefined) at.scope.set(result, value);
}

/** Calls, and tells the observer; what it was told before a restart is not told again. */
function* observed(callee: CallWork["callee"], args: ReadonlyMap<string, Value>, at: Activation): Task<Value> {
  const { observer, scheduler } = at.run;
  const name = typeof callee === "string" ? callee : callee.name;
  if (!observer) return yield* callFunction(name, args, at);
  const call = describeCall(callee, args, at);
  const tell = (end?: CallEnd) =>
    scheduler.answer(() => {
      if (end) observer.callEnded(call, end);
      else observer.callBegan(call);
      return "";
    });
  tell();
  try {
    const result = yield* callFunction(name, args, at);
    tell({ endMs: scheduler.timeMs, result });
    return result;
  } catch (caught) {
    if (caught instanceof WorkflowError) {
      tell({ endMs: scheduler.timeMs, message: caught.message, payload: toPayload(caught.value) });
    }
    throw caught;
  }
}

function describeCall(callee: CallWork["callee"], args: ReadonlyMap<string, Value>, at: Activation): CallRecord {
  const { routine } = at.frame;
  const place = { routine, step: at.step ?? "", threadId: at.thread.id, startMs: at.run.scheduler.timeMs };
  if (typeof callee === "string") return { ...place, callee, kind: "subworkflow", args };
  return { ...place, callee: callee.name, kind: callee.isConnector ? "connector" : "library", args };
}

/**
 * Calls a library function or subworkflow.
 *
 * @throws WorkflowError what the function raises; TypeError for wrong arguments, RecursionError
 */
export function* callFunction(name: string, args: Arguments, at: Activation): Task<Value> {
  const definition = at.run.program.library.get(name);
  if (definition) {
    const bound = bindArguments(definition, toNamed(definition, args));
    return yield* definition.run(bound, { effects: at.thread.effects });
  }
  const routine = at.run.program.routines.get(name);
  if (!routine) throw fault("TypeError", `'${name}' is not a function`);
  return yield* callRoutine(routine, args, at);
}

function* callRoutine(routine: PlannedRoutine, args: Arguments, at: Activation): Task<Value> {
  if (at.frame.depth >= maxDepth) throw fault("RecursionError", `call stack is deeper than ${maxDepth}`);
  const frame: Frame = { routine: routine.name, depth: at.frame.depth + 1 };
  const scope = new Scope({ memory: at.run.memory });
  const inside = { ...at, frame, scope, step: undefined };
  try {
    yield* bindParameters(routine, toNamed({ name: routine.name, parameters: routine.params }, args), inside);
    const completion = yield* at.run.interpreter.runBlock(routine.block, inside);
    return completion.kind === "return" ? completion.value : null;
  } finally {
    scope.dispose();
  }
}

function* bindParameters(routine: PlannedRoutine, args: ReadonlyMap<string, Value>, inside: Activation): Task<void> {
  for (const parameter of routine.params) {
    const given = args.get(parameter.name);
    inside.scope.define(parameter.name, given === undefined ? yield* defaultOf(parameter, routine, inside) : given);
  }
}

function* defaultOf(parameter: Parameter, routine: PlannedRoutine, inside: Activation): Task<Value> {
  if (parameter.default) return yield* evaluateTemplate(parameter.default, inside);
  throw fault("TypeError", `${routine.name}: argument '${parameter.name}' is missing`);
}

type Signature = Pick<LibraryFunction, "name"> & { readonly parameters: readonly { readonly name: string }[] };

/** Arguments by place become arguments by name. */
function toNamed({ name, parameters }: Signature, args: Arguments): ReadonlyMap<string, Value> {
  const named = isPositional(args) ? byPlace(parameters, args) : args;
  const count = isPositional(args) ? args.length : args.size;
  const isKnown = [...named.keys()].every((key) => parameters.some((parameter) => parameter.name === key));
  if (isKnown && count <= parameters.length) return named;
  throw fault("TypeError", `${name} takes the arguments (${parameters.map((parameter) => parameter.name).join(", ")})`);
}

function isPositional(args: Arguments): args is readonly Value[] {
  return Array.isArray(args);
}

function byPlace(parameters: Signature["parameters"], args: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(parameters.slice(0, args.length).map(({ name }, index) => [name, args[index] ?? null]));
}
