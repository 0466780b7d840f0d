import { startAlloyrun } from "../command.ts";
import { buildEnvironment, type LocalEnvironment, place, readJson, spec } from "../local-environment.ts";
import { type LoadReport, startLoad } from "./load.ts";
import type { Observation } from "./observation.ts";
import { observe } from "./observe.ts";

/** A run to make: its name in tables and the command that asks for it. */
interface Ask {
  readonly title: string;
  readonly args: readonly string[];
  /** Whether the service is asked all the while. */
  readonly isLoaded?: boolean;
}

const target = ["--project", place.project, "--region", place.region];
const levels = ["app", "data", "database", "all"] as const;

const asks: readonly Ask[] = [
  { title: "second up", args: ["up", spec] },
  ...levels.map((level) => ({
    title: `rebuild ${level}`,
    args: ["rebuild", place.environment, "--level", level, ...target],
    isLoaded: true,
  })),
  { title: "down", args: ["down", place.environment, ...target] },
];

/** How `down` ends when only what Google still holds is left. */
const heldExitCode = 3;

/**
 * Makes every kind of run, one after the other, on a local Google Cloud of its own, and tells what could be seen of them.
 *
 * @param onProgress is told the title of each run before it begins
 * @throws Error with the output of the run that failed
 */
export async function performRuns(onProgress: (title: string) => void): Promise<Observation> {
  onProgress("cold up");
  await using environment = await buildEnvironment();
  const env = toVariables(await readJson(`${environment.cloud}/_local/environment?project=${place.project}`));
  const loads = new Map<string, LoadReport>();
  for (const ask of asks) {
    onProgress(ask.title);
    const load = ask.isLoaded ? startLoad(urlOf(environment)) : undefined;
    await carryOut(ask, env);
    if (load) loads.set(ask.title, await load.stop());
  }
  return await observe(environment.cloud, { titles: ["cold up", ...asks.map(({ title }) => title)], loads });
}

async function carryOut({ title, args }: Ask, env: Readonly<Record<string, string>>): Promise<void> {
  await using command = startAlloyrun(args, { env });
  const code = await command.ended;
  if (code === 0 || (title === "down" && code === heldExitCode)) return;
  throw new Error(`${title} ended with ${code}:\n${command.output()}`);
}

function urlOf({ command }: LocalEnvironment): string {
  const url = /^On this machine: (http:\S+)$/m.exec(command.output())?.[1];
  if (url === undefined) throw new Error(`the environment has no URL:\n${command.output()}`);
  return url;
}

function toVariables(given: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(given ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}
