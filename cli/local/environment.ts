import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findRunning } from "./running.ts";

/** Prints the lines that make a shell use the local Google Cloud that is running. */
export async function printEnvironment(options: {
  readonly port?: number;
  readonly project: string;
  readonly as?: string;
}): Promise<ExitCode> {
  const { port } = await findRunning(options.port);
  const query = new URLSearchParams({ project: options.project, ...(options.as && { as: options.as }) });
  const response = await fetch(`http://127.0.0.1:${port}/_local/environment?${query}`);
  process.stdout.write(toExports(JSON.parse(await response.text())));
  return exitCodes.ok;
}

/**
 * Lines for a shell's `eval`: an `export` of each variable, and nothing that a shell would take for anything else.
 *
 * @throws Error for a name that is not a variable's, or a value that is no text
 */
export function toExports(variables: unknown): string {
  const lines = Object.entries(Object(variables)).map(([name, value]) => {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && typeof value === "string") return `export ${name}=${quote(value)}\n`;
    throw new Error(`the local Google Cloud names a variable that a shell cannot take: ${JSON.stringify(name)}`);
  });
  return lines.join("");
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
