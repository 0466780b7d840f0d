import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./arguments.ts";
import type { FaultOptions } from "./local/faults.ts";
import { localPort } from "./local-port.ts";

interface Port {
  readonly port?: number;
}

/** Adds `alloyrun local fault …`, which plans what goes wrong in the local Google Cloud that is running. */
export function addFaultCommands(local: Command): void {
  const fault = local.command("fault").description("plan what goes wrong in it");
  addAdd(fault);
  addQuotas(fault);
  fault
    .command("list")
    .description("show what is planned, and how often it happened")
    .addOption(localPort())
    .action(async ({ port }: Port) => {
      const { listFaults } = await import("./local/faults.ts");
      process.exitCode = await listFaults(port);
    });
  fault
    .command("remove")
    .description("take one rule away")
    .argument("<id>")
    .addOption(localPort())
    .action(async (id: string, { port }: Port) => {
      const { removeFaults } = await import("./local/faults.ts");
      process.exitCode = await removeFaults(port, id);
    });
  fault
    .command("clear")
    .description("take everything away")
    .addOption(localPort())
    .action(async ({ port }: Port) => {
      const { removeFaults } = await import("./local/faults.ts");
      process.exitCode = await removeFaults(port);
    });
  addFiles(fault);
}

function addAdd(fault: Command): void {
  fault
    .command("add")
    .description("have calls, operations or requests to sites go wrong")
    .addArgument(new Argument("<on>", "what it happens to").choices(["call", "operation", "site"]))
    .argument("<match>", "glob over the method, host, operation kind or URL, for example 'google.cloud.run.v2.*'")
    .option("--error <code>", "answer or end with a code or HTTP status: UNAVAILABLE, 429")
    .option("--message <text>", "what the error says")
    .option("--reason <reason>", "errors[].reason of the error, or an operation's code at Compute")
    .option("--close", "close the connection instead of answering")
    .option("--timeout [duration]", "do not answer, until the caller gives up or for example 30s")
    .option("--never", "an operation never ends")
    .option("--slow <much>", "take 3x as long (operations) or 30s longer")
    .option("--after", "go wrong only after the change was made")
    .addOption(new Option("--nth <number>", "only the n-th of them").argParser(parseCount))
    .addOption(new Option("--times <number>", "so many times at most").argParser(parseCount))
    .addOption(new Option("--share <part>", "a part of them, drawn from the seed: 0.1 or 10%").argParser(parseShare))
    .addOption(new Option("--from <duration>", "from this time of its clock on").argParser(parseDuration))
    .addOption(new Option("--until <duration>", "until this time of its clock").argParser(parseDuration))
    .option("--resource <glob>", "only what is about these resources")
    .option("--caller <glob>", "only these callers, by e-mail")
    .option("--id <id>", "what to call it")
    .addOption(localPort())
    .action(async (on: FaultOptions["on"], match: string, options: Omit<FaultOptions, "on" | "match"> & Port) => {
      const { addFault } = await import("./local/faults.ts");
      process.exitCode = await addFault(options.port, { ...options, on, match });
    });
}

function addQuotas(fault: Command): void {
  fault
    .command("rate")
    .description("let projects make only so many calls a minute")
    .argument("<match>", "glob over methods or hosts")
    .argument("<per-minute>", "calls a minute of the clock", parseCount)
    .option("--metric <name>", "what refusals call it", "Requests")
    .option("--project <glob>", "which projects", "*")
    .addOption(localPort())
    .action(async (match: string, perMinute: number, { metric, project, port }) => {
      const { loadPlan } = await import("./local/faults.ts");
      process.exitCode = await loadPlan(port, { rates: [{ match, perMinute, metric, project }] });
    });
  fault
    .command("limit")
    .description("let projects have only so much of something at once")
    .argument("<metric>", "for example NETWORKS or CPUsPerProjectPerRegion")
    .argument("<limit>", "how much", parseCount)
    .option("--project <glob>", "which projects", "*")
    .addOption(localPort())
    .action(async (metric: string, limit: number, { project, port }) => {
      const { loadPlan } = await import("./local/faults.ts");
      process.exitCode = await loadPlan(port, { limits: [{ metric, limit, project }] });
    });
}

function addFiles(fault: Command): void {
  fault
    .command("export")
    .description("write the plan as JSON")
    .argument("[file]", "where to; standard output when left out")
    .addOption(localPort())
    .action(async (file: string | undefined, { port }: Port) => {
      const { exportPlan } = await import("./local/faults.ts");
      process.exitCode = await exportPlan(port, file);
    });
  fault
    .command("import")
    .description("add the plan of a file")
    .argument("<file>")
    .addOption(localPort())
    .action(async (file: string, { port }: Port) => {
      const { importPlan } = await import("./local/faults.ts");
      process.exitCode = await importPlan(port, file);
    });
}

function parseCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a whole number");
}

function parseShare(text: string): number {
  const share = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share > 0 && share <= 1) return share;
  throw new InvalidArgumentError("write a part above 0 and up to 1, or percent");
}
