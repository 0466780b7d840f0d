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
  const variables: Record<string, string> = JSON.parse(await response.text());
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${quote(value)}\n`);
  return exitCodes.ok;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
