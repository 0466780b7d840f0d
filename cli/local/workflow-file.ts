import { readFile } from "node:fs/promises";
import { DefinitionError } from "../../local/workflows/definition-error.ts";
import type { Terminal } from "../terminal.ts";

/** A problem of a file or argument, as compilers write it. */
export interface WorkflowProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Something that the caller has to change before an execution can run. */
export class WorkflowInputError extends Error {
  readonly problems: readonly WorkflowProblem[];

  constructor(problems: readonly WorkflowProblem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.name = "WorkflowInputError";
    this.problems = problems;
  }
}

/** Tells problems, for people and programs. */
export function tellProblems(problems: readonly WorkflowProblem[], terminal: Terminal): void {
  terminal.complain(problems.map(describeProblem));
  terminal.answer({ valid: false, problems });
}

/** Reads a text file. @throws WorkflowInputError when there is none */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new WorkflowInputError([{ file, message: "there is no such file" }]);
    if (code === "EISDIR") throw new WorkflowInputError([{ file, message: "it is a folder" }]);
    throw caught;
  }
}

/** Reads something that is written as YAML. @throws WorkflowInputError with the place of the problem */
export function interpret<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (caught) {
    if (caught instanceof DefinitionError) throw new WorkflowInputError([toProblem(file, caught)]);
    throw caught;
  }
}

/** A problem of a definition. */
export function toProblem(file: string, { reason, position }: DefinitionError): WorkflowProblem {
  return { file, line: position?.line, column: position?.column, message: reason };
}

/** One line that editors and terminals can jump from. */
function describeProblem({ file, line, column, message }: WorkflowProblem): string {
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}
