import { type Command, Option } from "commander";
import type { Level } from "../plan/generation.ts";
import type { Place } from "../spec/command-line.ts";
import { parseSpan } from "./arguments.ts";
import { type AnswerOptions, changing, placed, reach } from "./command.ts";
import type { ChangeOptions } from "./commands/change.ts";
import { levelOption } from "./spec-commands.ts";

type PlaceOptions = AnswerOptions & Place;

/** Adds the commands that name an environment. */
export function addEnvironmentCommands(program: Command): void {
  changing(placed(program.command("rebuild")))
    .description("build it anew from its stored spec; what serves goes on serving until the new one is proved")
    .argument("<environment>", "its name")
    .addOption(levelOption("a new revision only, a fresh database, a new cluster, or all of it").default("data"))
    .action((environment: string, options: PlaceOptions & ChangeOptions & { readonly level: Level }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/change.ts")).rebuild(installation, { environment, ...options }, terminal),
      ),
    );
  changing(placed(program.command("down")))
    .description("take it down, what is billed first")
    .argument("<environment>", "its name")
    .option("--unprotected", "say that nothing protects it, where its stored spec cannot be read and does not tell")
    .action((environment: string, options: PlaceOptions & ChangeOptions & { readonly unprotected?: true }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/change.ts")).down(installation, { environment, ...options }, terminal),
      ),
    );
  placed(program.command("status"))
    .description("tell how it stands: URL, expiry, freeze, what remains, its last runs")
    .argument("[environment]", "its name; all of which something stands, unless it is given")
    .action((environment: string | undefined, options: PlaceOptions) =>
      reach(options, async (installation, terminal) => {
        const { status, statusOfAll } = await import("./commands/environment.ts");
        return environment === undefined
          ? statusOfAll(installation, terminal)
          : status(installation, environment, terminal);
      }),
    );
  addLife(program);
}

function addLife(program: Command): void {
  placed(program.command("extend"))
    .description("let it live longer")
    .argument("<environment>", "its name")
    .addOption(
      new Option("--by <duration>", "how much longer, for example 24h").argParser(parseSpan).makeOptionMandatory(),
    )
    .action((environment: string, options: PlaceOptions & { readonly by: string }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/environment.ts")).extend(installation, { environment, ...options }, terminal),
      ),
    );
  placed(program.command("freeze"))
    .description("keep everybody from changing it for a while: people, schedules and expiry")
    .argument("<environment>", "its name")
    .requiredOption("--reason <text>", "why")
    .addOption(new Option("--for <duration>", "how long, for example 8h").argParser(parseSpan).makeOptionMandatory())
    .action((environment: string, options: PlaceOptions & { readonly reason: string; readonly for: string }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/environment.ts")).freeze(installation, { environment, ...options }, terminal),
      ),
    );
  placed(program.command("unfreeze"))
    .description("end a freeze")
    .argument("<environment>", "its name")
    .action((environment: string, options: PlaceOptions) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/environment.ts")).unfreeze(installation, environment, terminal),
      ),
    );
}
