import { problemsOf } from "../../local/workflows/build.ts";
import { loadConnectors } from "../../local/workflows/connectors/connectors.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { readText, tellProblems, toProblem, WorkflowInputError } from "./workflow-file.ts";

/** Checks a definition and lists what deployment would refuse, one problem a step at most. */
export async function checkWorkflow(file: string, terminal: Terminal): Promise<ExitCode> {
  try {
    const problems = problemsOf(await readText(file), loadConnectors()).map((problem) => toProblem(file, problem));
    if (problems.length > 0) throw new WorkflowInputError(problems);
  } catch (caught) {
    if (!(caught instanceof WorkflowInputError)) throw caught;
    tellProblems(caught.problems, terminal);
    return exitCodes.invalid;
  }
  terminal.say([`${file}: the definition is valid.`]);
  terminal.answer({ valid: true, problems: [] });
  return exitCodes.ok;
}
