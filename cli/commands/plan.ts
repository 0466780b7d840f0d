import type { RequestBody } from "../../functions/api.ts";
import type { Level } from "../../plan/generation.ts";
import { commandLine } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { uploadFolders } from "../upload.ts";
import { renderOutcome } from "../view/outcome.ts";
import { renderPlan } from "../view/plan.ts";
import { type PlanDocument, toPlanDocument } from "../view/plan-document.ts";
import type { LifeOptions } from "./change.ts";
import { exitCodeOf, follow } from "./run.ts";
import { tellStored } from "./stored-spec.ts";
import { type CheckedSpec, readSpec } from "./validate.ts";

/** What is planned, and how much of it is shown. */
export interface PlanOptions extends LifeOptions {
  /** `rebuild` when a level is given, else `up`, when left out. */
  readonly of?: PlanDocument["of"];
  readonly level?: Level;
  readonly verbose?: boolean;
}

/** Tells what would be done and what that means, as observed; changes nothing. */
export async function plan(file: string, options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { of = options.level === undefined ? "up" : "rebuild", level, ttl, verbose = false } = options;
  if (level !== undefined && of !== "rebuild") {
    terminal.complain([
      `--level is only for --of rebuild: ${of === "up" ? "an up ensures" : "a down removes"} all of it`,
    ]);
    return exitCodes.invalid;
  }
  if (ttl !== undefined && of !== "up") {
    terminal.complain([`--ttl is only for --of up: a ${of} gives no life`]);
    return exitCodes.invalid;
  }
  const checked = await readSpec(file, terminal);
  if (!checked) return exitCodes.invalid;
  const installation = await findInstallation(checked.spec);
  const { requests, place } = installation;
  const told = of === "up" ? undefined : await tellStored(installation, { file, spec: checked.spec, of });
  if (told !== undefined) terminal.complain([told]);
  const accepted = await requests.request(await bodyOf(installation, { file, checked, of, level, ttl }));
  const run = await follow(installation, { run: accepted.run }, { ...terminal, screen: undefined });
  const document = toPlanDocument(run, (planned, built) => commandOf(planned, { file, built, ttl, run, place }));
  if (run.state !== "succeeded" || !document) {
    terminal.complain(renderOutcome(run, { place, accepted }));
    terminal.answer(run);
    return run.state === "succeeded" ? exitCodes.failed : exitCodeOf(run);
  }
  terminal.say(renderPlan(document, { verbose }));
  terminal.answer(document);
  return exitCodes.ok;
}

interface Wanted extends LifeOptions {
  readonly file: string;
  readonly checked: CheckedSpec;
  readonly of: PlanDocument["of"];
  readonly level?: Level;
}

/** A rebuild and a removal work from the stored spec, so they are planned from it. */
async function bodyOf(installation: Installation, { file, checked, of, level, ttl }: Wanted): Promise<RequestBody> {
  const { spec, text } = checked;
  if (of !== "up") return { action: "plan", of, level, environment: spec.name };
  const folders = await uploadFolders(installation, file, spec);
  return { action: "plan", spec: text, folders, timeToLive: ttl };
}

interface Planned extends LifeOptions {
  readonly file: string;
  readonly built: Level;
  readonly run: { readonly environment: string };
  readonly place: Installation["place"];
}

function commandOf(of: PlanDocument["of"], { file, built, ttl, run, place }: Planned): string {
  switch (of) {
    case "up":
      return `alloyrun up ${quote(file)}${ttl === undefined ? "" : ` --ttl ${ttl}`}`;
    case "rebuild":
      return commandLine(place, "rebuild", run.environment, "--level", built);
    case "down":
      return commandLine(place, "down", run.environment);
  }
}

/** A path that a shell takes as it is meant. */
function quote(path: string): string {
  return /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
