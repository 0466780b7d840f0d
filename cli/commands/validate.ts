import { readFile } from "node:fs/promises";
import { loadSpec } from "../../spec/load.ts";
import { SpecError, type SpecProblem } from "../../spec/problem.ts";
import type { Spec } from "../../spec/schema.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { createFolderReader } from "../folders.ts";
import type { Terminal } from "../terminal.ts";

/** A spec that passed every offline check, with the text it was read from. */
export interface CheckedSpec {
  readonly spec: Spec;
  readonly text: string;
}

/** Checks a spec offline and lists every problem with its line and fix. */
export async function validate(file: string, terminal: Terminal): Promise<ExitCode> {
  const checked = await readSpec(file, terminal);
  if (!checked) return exitCodes.invalid;
  terminal.say([`${file}: ${checked.spec.name} is valid.`]);
  terminal.answer({ valid: true, environment: checked.spec.name, problems: [] });
  return exitCodes.ok;
}

/** Reads and checks a spec; `undefined` after its problems were told. */
export async function readSpec(file: string, terminal: Terminal): Promise<CheckedSpec | undefined> {
  try {
    const content = await readFile(file);
    return { spec: await loadSpec(content, createFolderReader(file)), text: content.toString("utf8") };
  } catch (caught) {
    const problems = problemsOf(caught, file);
    if (!problems) throw caught;
    terminal.complain(problems.map((problem) => describe(file, problem)));
    terminal.answer({ valid: false, problems });
    return undefined;
  }
}

function problemsOf(caught: unknown, file: string): readonly SpecProblem[] | undefined {
  if (caught instanceof SpecError) return caught.problems;
  const code = (caught as NodeJS.ErrnoException).code;
  if (code !== "ENOENT" && code !== "EISDIR") return undefined;
  const message = code === "ENOENT" ? `there is no file ${file}` : `${file} is a folder`;
  return [{ path: "", line: 1, column: 1, message, fix: "name the environment.yaml" }];
}

/** One line as compilers write it, so that editors and terminals can jump to the place. */
function describe(specFile: string, { file, line, column, path, message, fix }: SpecProblem): string {
  const place = `${file ?? specFile}:${line}:${column}`;
  return `${place}: ${path ? `${path}: ` : ""}${message} — ${fix}`;
}
