import { type Command, Option } from "commander";
import { parseSpan } from "./arguments.ts";
import { type AnswerOptions, changing, finish, jsonOption } from "./command.ts";
import type { ChangeOptions, LifeOptions } from "./commands/change.ts";
import type { PlanOptions } from "./commands/plan.ts";

type UpOptions = AnswerOptions &
  ChangeOptions &
  LifeOptions & { readonly local?: boolean; readonly once?: boolean; readonly state?: string };

/** Adds the commands that read an environment.yaml. */
export function addSpecCommands(program: Command): void {
  program
    .command("validate")
    .description("check a spec offline and list every problem with its line and fix")
    .argument("<file>", "the environment.yaml")
    .addOption(jsonOption())
    .action((file: string, options: AnswerOptions) =>
      finish(options, async (terminal) => (await import("./commands/validate.ts")).validate(file, terminal)),
    );
  program
    .command("plan")
    .description("tell what would be done and what that means; changes nothing")
    .argument("<file>", "the environment.yaml")
    .addOption(
      new Option("--of <action>", "what is planned; a rebuild and a down from the stored spec").choices([
        "up",
        "rebuild",
        "down",
      ]),
    )
    .addOption(levelOption("how much a rebuild builds anew; implies --of rebuild"))
    .addOption(lifeOption())
    .option("--verbose", "every change and field")
    .addOption(jsonOption())
    .action((file: string, options: AnswerOptions & PlanOptions) =>
      finish(options, async (terminal) => (await import("./commands/plan.ts")).plan(file, options, terminal)),
    );
  addUp(program);
}

function lifeOption(): Option {
  return new Option("--ttl <duration>", "how long it lives once it is ready, instead of what the spec says").argParser(
    parseSpan,
  );
}

/** The option that says how much is built anew. */
export function levelOption(description: string): Option {
  return new Option("--level <level>", description).choices(["app", "data", "database", "all"]);
}

function addUp(program: Command): void {
  changing(program.command("up"))
    .description("build the environment, or bring it to what the spec says; asking again goes on where it stopped")
    .argument("<file>", "the environment.yaml")
    .addOption(lifeOption().conflicts("local"))
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
        if (!options.local) return (await import("./commands/up.ts")).up(file, options, terminal);
        const { runLocally } = await import("./local/run.ts");
        return runLocally(file, { once: options.once ?? false, state: options.state, terminal });
      }),
    );
}
