import { DefinitionError } from "../definition-error.ts";
import type { Definition, Routine } from "../parse/syntax.ts";
import type { Library } from "../stdlib/library.ts";
import { blockingRoutines } from "./blocking.ts";
import { checkJumps } from "./jumps.ts";
import { reporting } from "./reporting.ts";
import { checkSymbols } from "./symbols.ts";

/**
 * Checks what parsing cannot see: names, jumps, arguments, and what this runtime does not execute.
 *
 * @returns the problems in the order of the source, one a step at most
 */
export function checkDefinition(definition: Definition, library: Library): readonly DefinitionError[] {
  const problems: DefinitionError[] = [];
  const report = (problem: DefinitionError) => void problems.push(problem);
  const blocking = blockingRoutines(definition, library);
  for (const routine of definition.routines.values()) {
    reporting(report, () => checkRoutineName(routine, library));
    reporting(report, () => checkJumps(routine));
    checkSymbols(routine, { definition, library, blocking, report });
  }
  return problems.sort((a, b) => place(a) - place(b));
}

/** A call of it would mean the library's function. */
function checkRoutineName({ name, position }: Routine, library: Library): void {
  if (!library.get(name)) return;
  throw new DefinitionError({
    message: `'${name}' is a function of the library and cannot name a subworkflow`,
    position,
  });
}

function place({ position }: DefinitionError): number {
  return position ? position.line * 1e6 + position.column : 0;
}
