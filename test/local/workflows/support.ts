import { buildProgram } from "../../../local/workflows/build.ts";
import { DefinitionError } from "../../../local/workflows/definition-error.ts";
import type { ExecutionError } from "../../../local/workflows/execute/outcome.ts";
import { type RunDefinitionOptions, runDefinition } from "../../../local/workflows/run-definition.ts";

/** The JSON text that a definition returns. */
export async function resultOf(source: string, options: Partial<RunDefinitionOptions> = {}): Promise<string> {
  const { outcome } = await runDefinition({ source, ...options });
  if (outcome.state === "SUCCEEDED") return outcome.result;
  throw new Error(outcome.state === "FAILED" ? outcome.error.context : outcome.state);
}

/** What a definition fails with. */
export async function failureOf(source: string, options: Partial<RunDefinitionOptions> = {}): Promise<ExecutionError> {
  const { outcome } = await runDefinition({ source, ...options });
  if (outcome.state === "FAILED") return outcome.error;
  throw new Error(`did not fail: ${JSON.stringify(outcome)}`);
}

/** A definition that returns one expression; `args` is in sight. */
export function returning(expression: string): string {
  const steps = [{ give: { return: `\${${expression}}` } }];
  return JSON.stringify({ main: { params: ["args"], steps } });
}

/** What refuses a definition at deployment. */
export function refusalOf(source: string): DefinitionError {
  try {
    buildProgram(source);
  } catch (caught) {
    if (caught instanceof DefinitionError) return caught;
    throw caught;
  }
  throw new Error("the definition builds");
}
