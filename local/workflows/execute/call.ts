import { fault } from "../fault.ts";
import type { Parameter } from "../parse/syntax.ts";
import type { CallWork, PlannedRoutine } from "../plan/program.ts";
import { bindArguments, type LibraryFunction } from "../stdlib/function.ts";
import type { Task } from "../task.ts";
import type { Value } from "../value/value.ts";
import type { Activation, Arguments, Frame } from "./activation.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Most calls on the stack. */
const maxDepth = 20;

/** Runs a call step: evaluates the arguments, calls, and keeps the result. */
export function* runCall({ callee, args, result }: CallWork, at: Activation): Task<void> {
  const values = new Map<string, Value>();
  for (const [name, template] of args) values.set(name, yield* evaluateTemplate(template, at));
  const name = typeof callee === "string" ? callee : callee.name;
  const value = yield* callFunction(name, values, at);
  if (result !== undefined) at.scope.set(result, value);
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
    return yield* definition.run(bound, { host: at.run.host, thread: at.thread });
  }
  const routine = at.run.program.routines.get(name);
  if (!routine) throw fault("TypeError", `'${name}' is not a function`);
  return yield* callRoutine(routine, args, at);
}

function* callRoutine(routine: PlannedRoutine, args: Arguments, at: Activation): Task<Value> {
  if (at.frame.depth >= maxDepth) throw fault("RecursionError", `call stack is deeper than ${maxDepth}`);
  const frame: Frame = { routine: routine.name, depth: at.frame.depth + 1 };
  const scope = new Scope({ memory: at.run.memory });
  const inside = { ...at, frame, scope };
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
