import { checkDefinition } from "./check/check.ts";
import { parseDefinition } from "./parse/definition.ts";
import { planDefinition } from "./plan/plan.ts";
import type { Program } from "./plan/program.ts";
import { type Connectors, createLibrary } from "./stdlib/library.ts";

/**
 * Builds a definition: parse, check, plan.
 *
 * @param source YAML or JSON
 * @param connectors what `googleapis.*` and `experimental.*` stand for; without it they are refused
 * @throws DefinitionError
 */
export function buildProgram(source: string, connectors?: Connectors): Program {
  const definition = parseDefinition(source);
  const library = createLibrary(connectors);
  checkDefinition({ definition, library });
  return planDefinition(definition, library);
}
