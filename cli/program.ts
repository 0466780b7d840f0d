import { Command } from "commander";
import { addAuditCommands } from "./audit-commands.ts";
import { type AnswerOptions, finish, placed, reach } from "./command.ts";
import { addEnvironmentCommands } from "./environment-commands.ts";
import { exitCodes } from "./exit-code.ts";
import type { Place } from "./installation.ts";
import { addLocalCommands } from "./local-commands.ts";
import { addRunCommands } from "./run-commands.ts";
import { addSpecCommands } from "./spec-commands.ts";

const exitCodeHelp = `
Exit codes: 0 done · 1 a run failed · 2 the command line or the spec is wrong, nothing was touched
            3 removed but for what only Google releases · 4 another run holds the environment, or it is frozen
            5 not installed, or not allowed · 6 rejected, or not approved in time
            130 interrupted (a run in the cloud goes on)`;

/** The command line: every command, its arguments and options. What a command works with is loaded when it is given. */
export function createProgram(): Command {
  const program = new Command("alloyrun")
    .description("Rebuilds whole application environments on Google Cloud from one file.")
    .addHelpText("after", exitCodeHelp)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid);
    });
  addSpecCommands(program);
  addEnvironmentCommands(program);
  addRunCommands(program);
  addAuditCommands(program);
  addInstallationCommands(program);
  addLocalCommands(program);
  return program;
}

function addInstallationCommands(program: Command): void {
  placed(program.command("sweep").description("finish teardowns that Google has released meanwhile")).action(
    (options: Place & AnswerOptions) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/sweep.ts")).sweep(installation, terminal),
      ),
  );
  placed(program.command("deploy").description("install alloyrun into a project, or bring it to this version"))
    .option("--hook", "with the public door for signed tickets and approval links; one that is open stays open")
    .action((options: Place & AnswerOptions & { readonly hook?: boolean }) =>
      finish(options, async (terminal) => (await import("./commands/deploy.ts")).deployInstallation(options, terminal)),
    );
}
