import { parseArgs } from "node:util";
import { startAlloyrun } from "./command.ts";
import { buildEnvironment, readJson, spec } from "./local-environment.ts";
import { median } from "./table.ts";

/*
 * Measures an `up` that finds nothing to change, as a command of its own with everything up to the last line counted.
 * It builds the environment once and then asks three times.
 */
const { values } = parseArgs({ options: { json: { type: "boolean" }, times: { type: "string", default: "3" } } });

await using environment = await buildEnvironment();
const variables = await readJson(`${environment.cloud}/_local/environment?project=my-project`);
const seconds: number[] = [];
for (let times = 0; times < Number(values.times); times += 1) seconds.push(await upAgain(toVariables(variables)));
const measured = { medianSeconds: median(seconds), seconds };
process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : report(measured));

/** Seconds of one `up`. @throws Error when it changed something */
async function upAgain(env: Readonly<Record<string, string>>): Promise<number> {
  const startedMs = performance.now();
  await using command = startAlloyrun(["up", spec], { env });
  const code = await command.ended;
  const took = (performance.now() - startedMs) / 1000;
  if (code === 0 && command.output().includes("Nothing had to be changed.")) return took;
  throw new Error(`an up with nothing to change ended with ${code}:\n${command.output()}`);
}

function toVariables(given: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(given ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}

function report({
  medianSeconds,
  seconds: all,
}: {
  readonly medianSeconds: number;
  readonly seconds: readonly number[];
}): string {
  return `second up, nothing to change   ${medianSeconds.toFixed(1)} s   (aim: under 5 s; median of ${all.map((each) => each.toFixed(1)).join(", ")} s)
`;
}
