import { checkJumps } from "./jumps.ts";
import { checkSymbols, type Unit } from "./symbols.ts";

/**
 * Checks what parsing cannot see: names, jumps, arguments, and what this runtime does not execute.
 *
 * @throws DefinitionError for the first problem
 */
export function checkDefinition(unit: Unit): void {
  for (const routine of unit.definition.routines.values()) {
    checkJumps(routine);
    checkSymbols(routine, unit);
  }
}
