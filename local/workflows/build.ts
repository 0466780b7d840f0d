import { checkDefinition } from "./check/check.ts";
import { DefinitionError } from "./definition-error.ts";
import { parseDefinition } from "./parse/definition.ts";
import { planDefinition } from "./plan/plan.ts";
import type { Program } from "./plan/program.ts";
import { type Connectors, createLibrary } from "./stdlib/library.ts";

/**
 * Builds a definition: parse, check, plan.
 *
 * @param source YAML or JSON
 * @param connectors what `googleapis.*` and `experimental.*` stand for; without it they are refused
 * @throws DefinitionError for the first problem
 */
export function buildProgram(source: string, connectors?: Connectors): Program {
  const definition = parseDefinition(source);
  const library = createLibrary(connectors);
  const [problem] = checkDefinition(definition, library);
  if (problem) throw problem;
  return planDefinition(definition, library);
}

/** All problems of a definition that can be told at once: the first one of its form, else one a step. */
export function problemsOf(source: string, connectors?: Connectors): readonly DefinitionError[] {
  try {
    return checkDefinition(parseDefinition(source), createLibrary(connectors));
  } catch (caught) {
    if (caught instanceof DefinitionError) return [caught];
    throw caught;
  }
}
