import { type Command, Option } from "commander";
import { defaultRegion, type Place } from "../spec/command-line.ts";
import { parseHash } from "./arguments.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Installation } from "./installation.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** Options that every command with an answer has. */
export interface AnswerOptions {
  readonly json?: boolean;
}

/** Adds where the installation is, for a command that reads no spec. */
export function placed(command: Command): Command {
  return command
    .requiredOption("--project <id>", "project that alloyrun is installed in")
    .option("--region <region>", "region that alloyrun is installed in", defaultRegion)
    .addOption(jsonOption());
}

/** Adds how a change is asked for. */
export function changing(command: Command): Command {
  return command
    .addOption(
      new Option("--plan <hash>", "carry out this plan, and refuse if anything has moved since").argParser(parseHash),
    )
    .addOption(
      new Option("--on-busy <what>", "while another run holds the environment")
        .choices(["queue", "join", "fail"])
        .default("queue", "queue; an identical request joins whatever is said"),
    )
    .option("--reason <text>", "why, for the record")
    .option("--ticket <number>", "number of the ticket that asks, for the record");
}

/** The option that makes a command answer programs. */
export function jsonOption(): Option {
  return new Option("--json", "answer one JSON document on standard output");
}

/** Runs a command with its terminal; the exit code is the process's. */
export async function finish(
  { json = false }: AnswerOptions,
  command: (terminal: Terminal) => Promise<ExitCode>,
): Promise<void> {
  process.exitCode = await command(createTerminal({ json }));
}

/** Runs a command on the installation that its options name. */
export function reach(
  options: AnswerOptions & Place,
  command: (installation: Installation, terminal: Terminal) => Promise<ExitCode>,
): Promise<void> {
  return finish(options, async (terminal) => {
    const { findInstallation } = await import("./installation.ts");
    return command(await findInstallation(options), terminal);
  });
}
