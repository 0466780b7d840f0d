import { type Command, Option } from "commander";
import type { Place } from "../spec/command-line.ts";
import { parseHash } from "./arguments.ts";
import { type AnswerOptions, placed, reach } from "./command.ts";

type PlaceOptions = AnswerOptions & Place;

/** Adds the commands on runs and on what they ask. */
export function addRunCommands(program: Command): void {
  placed(program.command("runs"))
    .description("list the newest runs of an environment")
    .argument("<environment>", "its name")
    .option("--all", "the newest twenty")
    .action((environment: string, options: PlaceOptions & { readonly all?: boolean }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/runs.ts")).runs(installation, { environment, ...options }, terminal),
      ),
    );
  const verbs = {
    watch: "follow a run that was asked for before, perhaps from elsewhere",
    resume: "go on with a run that failed or was cancelled; what is done is not done twice",
    cancel: "end a run at once; what it had made is kept",
  } as const;
  for (const verb of ["watch", "resume", "cancel"] as const) {
    placed(program.command(verb))
      .description(verbs[verb])
      .argument("<run>", "its id")
      .action((run: string, options: PlaceOptions) =>
        reach(options, async (installation, terminal) =>
          (await import("./commands/runs.ts"))[verb](installation, run, terminal),
        ),
      );
  }
  addDecisions(program);
}

function addDecisions(program: Command): void {
  const approve = program.command("approve").description("let a run do what it has planned; never one's own");
  const reject = program.command("reject").description("end a run before it does what it has planned");
  placed(approve)
    .addOption(
      new Option("--plan <hash>", "the plan that was looked at; else it is confirmed here").argParser(parseHash),
    )
    .option("--reason <text>", "why, for the record");
  placed(reject).requiredOption("--reason <text>", "why");
  for (const command of [approve, reject]) {
    const verb = command === approve ? "approve" : "reject";
    command
      .argument("<approval>", "id of the approval, or of the run that asks")
      .action((target: string, options: PlaceOptions & { readonly reason?: string; readonly plan?: string }) =>
        reach(options, async (installation, terminal) =>
          (await import("./commands/approval.ts")).decide(
            installation,
            { target, verb, reason: options.reason, plan: options.plan },
            terminal,
          ),
        ),
      );
  }
}
