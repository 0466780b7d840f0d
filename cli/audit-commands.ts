import { type Command, Option } from "commander";
import type { Place } from "../spec/command-line.ts";
import { parseEnd, parseHash, parseMoment } from "./arguments.ts";
import { type AnswerOptions, placed, reach } from "./command.ts";
import type { AuditOptions } from "./commands/audit.ts";

type PlaceOptions = AnswerOptions & Place;

/** Adds `alloyrun audit …`, which reads the bucket itself: whoever audits needs the right to read it, and nothing else. */
export function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("who changed an environment, when, and by whose leave");
  placed(audit.command("list", { isDefault: true }))
    .description("list what was done to an environment, first to last")
    .argument("<environment>", "its name")
    .option("--all", "all of it; the newest that fit on a phone when left out")
    .addOption(new Option("--from <time>", "a day, or an RFC 3339 time").argParser(parseMoment))
    .addOption(new Option("--to <time>", "a day, which counts whole, or an RFC 3339 time").argParser(parseEnd))
    .action((environment: string, options: PlaceOptions & Omit<AuditOptions, "environment">) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/audit.ts")).audit(installation, { environment, ...options }, terminal),
      ),
    );
  placed(audit.command("verify"))
    .description("prove that no record was changed, removed, left out or made up")
    .argument("<environment>", "its name")
    .addOption(new Option("--head <sha256>", "a head noted earlier, still to be in the chain").argParser(parseHash))
    .action((environment: string, options: PlaceOptions & { readonly head?: string }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/audit.ts")).verifyAudit(installation, { environment, ...options }, terminal),
      ),
    );
  placed(audit.command("evidence"))
    .description("write all that is known of a run into one file")
    .argument("<run>", "its id")
    .option("--out <file>", "the file, which must not exist; evidence-<run>.json when left out")
    .action((run: string, options: PlaceOptions & { readonly out?: string }) =>
      reach(options, async (installation, terminal) =>
        (await import("./commands/audit.ts")).writeEvidence(installation, { run, ...options }, terminal),
      ),
    );
}
