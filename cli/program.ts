import { Command, InvalidArgumentError, Option } from "commander";
import { deployInstallation } from "./commands/deploy.ts";
import { down, type Place } from "./commands/down.ts";
import { status } from "./commands/status.ts";
import { sweep } from "./commands/sweep.ts";
import { up } from "./commands/up.ts";
import { validate } from "./commands/validate.ts";
import type { ExitCode } from "./exit-code.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const exitCodeHelp = `
Exit codes: 0 done · 1 a run failed · 2 the command line or the spec is wrong, nothing was touched
            3 removed but for what only Google releases · 4 another run holds the environment
            5 not installed, or not allowed · 130 interrupted (a run in the cloud goes on)`;

/** The command line: every command, its arguments and options. */
export function createProgram(): Command {
  const program = new Command("alloyrun")
    .description("Rebuilds whole application environments on Google Cloud from one file.")
    .addHelpText("after", exitCodeHelp)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
  addSpecCommands(program);
  addPlaceCommands(program);
  addLocalCommands(program);
  return program;
}

function addSpecCommands(program: Command): void {
  program
    .command("validate")
    .description("check a spec offline and list every problem with its line and fix")
    .argument("<file>", "the environment.yaml")
    .addOption(jsonOption())
    .action((file: string, options: { json?: boolean }) => finish(options, (terminal) => validate(file, terminal)));
  program
    .command("up")
    .description("build the environment, or bring it to what the spec says; asking again goes on where it stopped")
    .argument("<file>", "the environment.yaml")
    .option("--local", "on a local Google Cloud that is started for it")
    .option("--once", "with --local: take everything down again and end")
    .addOption(jsonOption())
    .action(async (file: string, options: { json?: boolean; local?: boolean; once?: boolean }) => {
      if (options.local)
        return finish(options, (terminal) => upLocally(file, { once: options.once ?? false, terminal }));
      return finish(options, (terminal) => up(file, terminal));
    });
}

function addPlaceCommands(program: Command): void {
  placed(program.command("down").description("take an environment down, what is billed first"))
    .argument("<environment>", "its name")
    .action((environment: string, options: PlaceOptions) =>
      finish(options, (terminal) => down(environment, options, terminal)),
    );
  placed(program.command("status").description("tell how an environment stands"))
    .argument("<environment>", "its name")
    .action((environment: string, options: PlaceOptions) =>
      finish(options, (terminal) => status(environment, options, terminal)),
    );
  placed(program.command("sweep").description("finish teardowns that Google has released meanwhile")).action(
    (options: PlaceOptions) => finish(options, (terminal) => sweep(options, terminal)),
  );
  placed(program.command("deploy").description("install alloyrun into a project, or bring it to this version")).action(
    (options: PlaceOptions) => finish(options, (terminal) => deployInstallation(options, terminal)),
  );
}

/** The local Google Cloud is loaded only by the commands that are about it. */
function addLocalCommands(program: Command): void {
  const local = program.command("local").description("a Google Cloud on this machine");
  local
    .command("start")
    .description("start it and serve until Ctrl-C")
    .addOption(new Option("--port <number>", "loopback port; a free one when left out").argParser(parsePort))
    .addOption(new Option("--pace <factor>", "how fast waiting passes: a factor from 1, or max").default("60"))
    .addOption(new Option("--seed <text>", "seed of every latency and id").default("alloyrun"))
    .option("--offline", "refuse every host that is not Google's")
    .option("--listen <host=port...>", "give one API a plain-HTTP port of its own")
    .action(async (options) => {
      const { startLocal } = await import("./local/start.ts");
      process.exitCode = await startLocal(options);
    });
  local
    .command("stop")
    .description("end the one that is running")
    .addOption(new Option("--port <number>", "which one, when several are").argParser(parsePort))
    .action(async ({ port }: { port?: number }) => {
      const { stopLocal } = await import("./local/stop.ts");
      process.exitCode = await stopLocal(port);
    });
  local
    .command("env")
    .description('print what a shell needs to use it: eval "$(alloyrun local env)"')
    .addOption(new Option("--port <number>", "which one, when several are").argParser(parsePort))
    .option("--project <id>", "project of gcloud and the clients", "my-project")
    .option("--as <email>", "act as this person, with only the roles granted to them")
    .action(async (options: { port?: number; project: string; as?: string }) => {
      const { printEnvironment } = await import("./local/environment.ts");
      process.exitCode = await printEnvironment(options);
    });
  const clock = local.command("clock").description("stop, start and move its clock");
  for (const verb of ["pause", "resume"] as const) {
    clock
      .command(verb)
      .addOption(new Option("--port <number>", "which one, when several are").argParser(parsePort))
      .action(async ({ port }: { port?: number }) => {
        const { moveClock } = await import("./local/clock.ts");
        process.exitCode = await moveClock({ verb, port });
      });
  }
  clock
    .command("advance")
    .argument("<duration>", "for example 30m, 2h or 90s")
    .addOption(new Option("--port <number>", "which one, when several are").argParser(parsePort))
    .action(async (duration: string, { port }: { port?: number }) => {
      const { moveClock } = await import("./local/clock.ts");
      process.exitCode = await moveClock({ verb: "advance", duration, port });
    });
}

async function upLocally(file: string, options: { once: boolean; terminal: Terminal }): Promise<ExitCode> {
  const { runLocally } = await import("./local/run.ts");
  return runLocally(file, options);
}

type PlaceOptions = Place & { readonly json?: boolean };

function placed(command: Command): Command {
  return command
    .requiredOption("--project <id>", "project that alloyrun is installed in")
    .option("--region <region>", "region that alloyrun is installed in", "asia-northeast1")
    .addOption(jsonOption());
}

function jsonOption(): Option {
  return new Option("--json", "answer one JSON document on standard output");
}

async function finish(options: { json?: boolean }, command: (terminal: Terminal) => Promise<ExitCode>): Promise<void> {
  process.exitCode = await command(createTerminal({ json: options.json ?? false }));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidArgumentError("a port is 0 to 65535");
  return port;
}
