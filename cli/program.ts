import { Command } from "commander";
import type { Place } from "../spec/command-line.ts";
import { addAuditCommands } from "./audit-commands.ts";
import { type AnswerOptions, finish, placed, reach } from "./command.ts";
import { addEnvironmentCommands } from "./environment-commands.ts";
import { exitCodes } from "./exit-code.ts";
import { addLocalCommands } from "./local-commands.ts";
import { addRunCommands } from "./run-commands.ts";
import { addSpecCommands } from "./spec-commands.ts";

const exitCodeHelp = `
Exit codes: 0 done · 1 a run, or the command itself, failed
            2 the command line or the spec is wrong, nothing was touched
            3 removed but for what only Google releases
            4 another run holds the environment, or it is frozen
            5 not installed, or not allowed · 6 rejected, or not approved in time
            7 no such environment, run or approval
            8 doctor, or sweep --dry-run, has found something
            9 audit verify found a record changed, removed, left out or made up
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

type PlaceOptions = Place & AnswerOptions;
type SweepOptions = PlaceOptions & { readonly dryRun?: boolean };
type DeployOptions = PlaceOptions & { readonly plan?: boolean; readonly hook?: boolean; readonly verbose?: boolean };
type UndeployOptions = PlaceOptions & { readonly yes?: boolean; readonly keepBucket?: boolean };
type DoctorOptions = PlaceOptions & { readonly spec?: string; readonly all?: boolean };

function addInstallationCommands(program: Command): void {
  placed(program.command("sweep").description("finish teardowns that Google has released meanwhile"))
    .option("--dry-run", "only list what is of no environment, or left by a rebuild, and the commands that remove it")
    .action((options: SweepOptions) =>
      reach(options, async (installation, terminal) => {
        const { sweep, listOrphans } = await import("./commands/sweep.ts");
        return options.dryRun ? listOrphans(installation, terminal) : sweep(installation, terminal);
      }),
    );
  placed(program.command("deploy").description("install alloyrun into a project, or bring it to this version"))
    .option("--plan", "only tell what would be made and changed")
    .option("--verbose", "with --plan: every resource and difference")
    .option("--hook", "with the public door for signed tickets and approval links; one that is open stays open")
    .action((options: DeployOptions) =>
      finish(options, async (terminal) => {
        const { deployInstallation, planInstallation } = await import("./commands/deploy.ts");
        return options.plan ? planInstallation(options, terminal) : deployInstallation(options, terminal);
      }),
    );
  placed(program.command("undeploy").description("remove all that deploy made, and nothing else"))
    .option("--yes", "without asking first")
    .option("--keep-bucket", "but for the bucket with the records of all runs")
    .action((options: UndeployOptions) =>
      finish(options, async (terminal) =>
        (await import("./commands/undeploy.ts")).undeployInstallation(options, terminal),
      ),
    );
  placed(
    program
      .command("doctor")
      .description("look for what is wrong with a project and its installation, and tell what mends it"),
  )
    .option("--spec <file>", "look also whether this environment.yaml fits into the project")
    .option("--all", "every finding; the first that fit on a phone when left out")
    .action((options: DoctorOptions) =>
      finish(options, async (terminal) => (await import("./commands/doctor.ts")).doctor(options, terminal)),
    );
}
