import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Observation } from "./runs/observation.ts";
import { performRuns } from "./runs/perform.ts";
import { isTableName, type TableName, tables } from "./runs/tables.ts";

/*
 * Measures what a run comes to beside Google's own time: `node bench/runs.ts [table …]` makes every kind of run (cold up,
 * second up, a rebuild at each level with requests all the while, down) and prints the tables asked for, or all.
 *
 * --save FILE keeps what was seen; --of FILE makes tables of that instead of new runs.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { save: { type: "string" }, of: { type: "string" }, json: { type: "boolean" } },
});

const wanted = positionals.length > 0 ? positionals.map(toName) : (Object.keys(tables) as TableName[]);
const observation = values.of === undefined ? await perform() : ((await readKept(values.of)) as Observation);
if (values.save !== undefined) await writeFile(values.save, JSON.stringify(observation));
const made = wanted.map((name) => [name, tables[name](observation)] as const);
process.stdout.write(
  values.json
    ? `${JSON.stringify(Object.fromEntries(made.map(([name, { rows }]) => [name, rows])), null, 2)}\n`
    : made.map(([, { text }]) => text).join("\n\n"),
);

function perform(): Promise<Observation> {
  return performRuns((title) => process.stderr.write(`${title} …\n`));
}

async function readKept(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"));
}

function toName(name: string): TableName {
  if (isTableName(name)) return name;
  throw new Error(`there is no table ${name}; there are ${Object.keys(tables).join(", ")}`);
}
