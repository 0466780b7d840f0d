import { checkDefinition } from "./check/check.ts";
import { parseDefinition } from "./parse/definition.ts";
import { planDefinition } from "./plan/plan.ts";
import type { Program } from "./plan/program.ts";

/**
 * Builds a definition: parse, check, plan.
 *
 * @param source YAML or JSON
 * @throws DefinitionError
 */
export function buildProgram(source: string): Program {
  const definition = parseDefinition(source);
  checkDefinition(definition);
  return planDefinition(definition);
}
