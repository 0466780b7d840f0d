import { DefinitionError } from "../definition-error.ts";
import type { CallAction } from "../parse/syntax.ts";
import type { SymbolContext } from "./symbols.ts";

/** Checks that what a call step names exists here. */
export function checkCallee(
  { callee, calleePosition: position }: CallAction,
  { definition, library, step }: SymbolContext,
): void {
  if (library.get(callee) || definition.routines.has(callee)) return;
  const reason = library.reasonAgainst(callee);
  if (reason !== undefined) throw new DefinitionError({ message: reason, position, step, code: "UNIMPLEMENTED" });
  throw new DefinitionError({ message: `symbol '${callee}' is not a function or sub-workflow name`, position, step });
}

/** Checks that a call has every argument that its callee needs, and no other. */
export function checkArguments({ callee, calleePosition: position, args }: CallAction, context: SymbolContext): void {
  const parameters = parametersOf(callee, context);
  const unknown = [...args.keys()].find((name) => !parameters.some((parameter) => parameter.name === name));
  const missing = parameters.find(({ name, isOptional }) => !isOptional && !args.has(name));
  if (unknown === undefined && !missing) return;
  const message = unknown === undefined ? `argument '${missing?.name}' is missing` : `unexpected argument '${unknown}'`;
  throw new DefinitionError({ message: `${callee}: ${message}`, position, step: context.step });
}

/** A parameter of a library function or subworkflow. */
interface CalleeParameter {
  readonly name: string;
  readonly isOptional: boolean;
}

/** What a library function or subworkflow takes; the callee is known to exist. */
export function parametersOf(callee: string, { definition, library }: SymbolContext): readonly CalleeParameter[] {
  const routine = definition.routines.get(callee);
  if (routine)
    return routine.params.map((parameter) => ({ name: parameter.name, isOptional: parameter.default !== undefined }));
  return library.get(callee)?.parameters ?? [];
}
