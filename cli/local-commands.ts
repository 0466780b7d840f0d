import { Argument, type Command, Option } from "commander";
import { parseCaller, parseDuration, parseListen, parsePace, parsePort } from "./arguments.ts";
import { addFaultCommands } from "./fault-commands.ts";
import { localPort } from "./local-port.ts";
import { addStateCommands } from "./state-commands.ts";
import { addWorkflowCommands } from "./workflow-commands.ts";

/** Adds `alloyrun local …`. The local Google Cloud is loaded only when one of its commands runs. */
export function addLocalCommands(program: Command): void {
  const local = program.command("local").description("a Google Cloud on this machine");
  addStart(local);
  local
    .command("stop")
    .description("end the one that is running")
    .addOption(localPort())
    .action(async ({ port }: { port?: number }) => {
      const { stopLocal } = await import("./local/stop.ts");
      process.exitCode = await stopLocal(port);
    });
  local
    .command("env")
    .description('print what a shell needs to use it: eval "$(alloyrun local env)"')
    .addOption(localPort())
    .option("--project <id>", "project of gcloud and the clients", "my-project")
    .addOption(
      new Option(
        "--as <email>",
        "act as this person or service account, with only the roles granted to them",
      ).argParser(parseCaller),
    )
    .action(async (options: { port?: number; project: string; as?: string }) => {
      const { printEnvironment } = await import("./local/environment.ts");
      process.exitCode = await printEnvironment(options);
    });
  addClock(local);
  addJournal(local);
  addFaultCommands(local);
  addWorkflowCommands(local);
  addStateCommands(local);
}

function addStart(local: Command): void {
  local
    .command("start")
    .description("start it and serve until Ctrl-C")
    .addOption(new Option("--port <number>", "loopback port; a free one when left out").argParser(parsePort))
    .addOption(
      new Option("--pace <factor>", "how fast waiting passes: a factor from 1, or max")
        .argParser(parsePace)
        .default(60),
    )
    .option("--seed <text>", "seed of every latency and id; that of the state, or alloyrun, when left out")
    .option("--state <directory>", "keep everything there, over restarts and crashes")
    .option("--from <snapshot>", "begin as a copy of what `local snapshot` has written")
    .option("--faults <file>", "begin with the fault plan of a file")
    .option("--offline", "refuse every host that is not Google's")
    .addOption(new Option("--listen <host=port>", "give one API a plain-HTTP port of its own").argParser(parseListen))
    .action(async (options) => {
      const { startLocal } = await import("./local/start.ts");
      process.exitCode = await startLocal(options);
    });
}

function addClock(local: Command): void {
  const clock = local.command("clock").description("stop, start and move its clock");
  for (const verb of ["pause", "resume"] as const) {
    clock
      .command(verb)
      .addOption(localPort())
      .action(async ({ port }: { port?: number }) => {
        const { moveClock } = await import("./local/clock.ts");
        process.exitCode = await moveClock({ verb, port });
      });
  }
  clock
    .command("advance")
    .addArgument(new Argument("<duration>", "for example 30m, 2h or 1h30m").argParser(parseDuration))
    .addOption(localPort())
    .action(async (seconds: number, { port }: { port?: number }) => {
      const { moveClock } = await import("./local/clock.ts");
      process.exitCode = await moveClock({ verb: "advance", seconds, port });
    });
}

function addJournal(local: Command): void {
  local
    .command("log")
    .description("show every call, operation and request to a service")
    .option("--follow", "go on until Ctrl-C")
    .option("--json", "JSON lines")
    .addOption(localPort())
    .action(async (options: { port?: number; follow?: boolean; json?: boolean }) => {
      const { printLog } = await import("./local/log.ts");
      process.exitCode = await printLog(options);
    });
  local
    .command("timeline")
    .description("draw the operations and requests along its clock")
    .addOption(localPort())
    .action(async ({ port }: { port?: number }) => {
      const { printTimeline } = await import("./local/timeline.ts");
      process.exitCode = await printTimeline(port);
    });
}
