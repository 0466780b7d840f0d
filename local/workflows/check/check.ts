import type { DefinitionError } from "../definition-error.ts";
import type { Definition } from "../parse/syntax.ts";
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
    reporting(report, () => checkJumps(routine));
    checkSymbols(routine, { definition, library, blocking, report });
  }
  return problems.sort((a, b) => place(a) - place(b));
}

function place({ position }: DefinitionError): number {
  return position ? position.line * 1e6 + position.column : 0;
}
