import { Command, Option } from "commander";
import type { Place } from "./commands/down.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { addLocalCommands } from "./local-commands.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const exitCodeHelp = `
Exit codes: 0 done · 1 a run failed · 2 the command line or the spec is wrong, nothing was touched
            3 removed but for what only Google releases · 4 another run holds the environment
            5 not installed, or not allowed · 130 interrupted (a run in the cloud goes on)`;

/** The command line: every command, its arguments and options. What a command works with is loaded when it is given. */
export function createProgram(): Command {
  const program = new Command("alloyrun")
    .description("Rebuilds whole application environments on Google Cloud from one file.")
    .addHelpText("after", exitCodeHelp)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid);
    });
  addSpecCommands(program);
  addPlaceCommands(program);
  addLocalCommands(program);
  return program;
}

type SpecOptions = { readonly json?: boolean };
type UpOptions = SpecOptions & { readonly local?: boolean; readonly once?: boolean; readonly state?: string };
type PlaceOptions = SpecOptions & Place;

function addSpecCommands(program: Command): void {
  program
    .command("validate")
    .description("check a spec offline and list every problem with its line and fix")
    .argument("<file>", "the environment.yaml")
    .addOption(jsonOption())
    .action((file: string, options: SpecOptions) =>
      finish(options, async (terminal) => (await import("./commands/validate.ts")).validate(file, terminal)),
    );
  program
    .command("up")
    .description("build the environment, or bring it to what the spec says; asking again goes on where it stopped")
    .argument("<file>", "the environment.yaml")
    .option("--local", "on a local Google Cloud that is started for it")
    .addOption(new Option("--once", "with --local: take everything down again and end").implies({ local: true }))
    .addOption(
      new Option("--state <directory>", "with --local: keep everything there, and go on from it").implies({
        local: true,
      }),
    )
    .addOption(jsonOption())
    .action((file: string, options: UpOptions) =>
      finish(options, async (terminal) => {
        if (!options.local) return (await import("./commands/up.ts")).up(file, terminal);
        const { runLocally } = await import("./local/run.ts");
        return runLocally(file, { once: options.once ?? false, state: options.state, terminal });
      }),
    );
}

function addPlaceCommands(program: Command): void {
  placed(program.command("down").description("take an environment down, what is billed first"))
    .argument("<environment>", "its name")
    .action((environment: string, options: PlaceOptions) =>
      finish(options, async (terminal) => (await import("./commands/down.ts")).down(environment, options, terminal)),
    );
  placed(program.command("status").description("tell how an environment stands"))
    .argument("<environment>", "its name")
    .action((environment: string, options: PlaceOptions) =>
      finish(options, async (terminal) =>
        (await import("./commands/status.ts")).status(environment, options, terminal),
      ),
    );
  placed(program.command("sweep").description("finish teardowns that Google has released meanwhile")).action(
    (options: PlaceOptions) =>
      finish(options, async (terminal) => (await import("./commands/sweep.ts")).sweep(options, terminal)),
  );
  addInstallationCommands(program);
}

type DeployOptions = PlaceOptions & { readonly plan?: boolean };
type UndeployOptions = PlaceOptions & { readonly yes?: boolean; readonly keepBucket?: boolean };
type DoctorOptions = PlaceOptions & { readonly spec?: string };

function addInstallationCommands(program: Command): void {
  placed(program.command("deploy").description("install alloyrun into a project, or bring it to this version"))
    .option("--plan", "only list what would be made and changed")
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
  placed(program.command("doctor").description("look for what is wrong with an installation, and tell what mends it"))
    .option("--spec <file>", "look also whether this environment.yaml fits into the project")
    .action((options: DoctorOptions) =>
      finish(options, async (terminal) => (await import("./commands/doctor.ts")).doctor(options, terminal)),
    );
}

function placed(command: Command): Command {
  return command
    .requiredOption("--project <id>", "project that alloyrun is installed in")
    .option("--region <region>", "region that alloyrun is installed in", "asia-northeast1")
    .addOption(jsonOption());
}

function jsonOption(): Option {
  return new Option("--json", "answer one JSON document on standard output");
}

async function finish(
  { json = false }: SpecOptions,
  command: (terminal: Terminal) => Promise<ExitCode>,
): Promise<void> {
  process.exitCode = await command(createTerminal({ json }));
}
