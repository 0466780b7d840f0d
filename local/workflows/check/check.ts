import type { Definition } from "../parse/syntax.ts";
import { checkJumps } from "./jumps.ts";
import { checkSymbols } from "./symbols.ts";

/**
 * Checks what parsing cannot see: names, jumps, arguments, and what this runtime does not execute.
 *
 * @throws DefinitionError for the first problem
 */
export function checkDefinition(definition: Definition): void {
  for (const routine of definition.routines.values()) {
    checkJumps(routine);
    checkSymbols(routine, definition);
  }
}
