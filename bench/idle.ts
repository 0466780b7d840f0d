import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startAlloyrun } from "./command.ts";
import { watchMemory } from "./memory.ts";
import { formatTable, median } from "./table.ts";

/*
 * Measures what an idle local Google Cloud costs: the time from its command until it serves, and its memory (PSS) five
 * seconds later. Medians of five starts.
 */
const { values } = parseArgs({ options: { json: { type: "boolean" }, times: { type: "string", default: "5" } } });

const starts: { readonly readyMs: number; readonly bytes: number }[] = [];
for (let index = 0; index < Number(values.times); index += 1) starts.push(await measureStart());
const figures = {
  readyMs: median(starts.map(({ readyMs }) => readyMs)),
  idleMebibytes: median(starts.map(({ bytes }) => bytes)) / 2 ** 20,
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(figures, null, 2)}\n`
    : `${formatTable([{ "start to ready": `${Math.round(figures.readyMs)} ms`, "idle memory": `${figures.idleMebibytes.toFixed(0)} MiB` }])}\n`,
);

async function measureStart(): Promise<{ readonly readyMs: number; readonly bytes: number }> {
  const startedMs = performance.now();
  await using cloud = startAlloyrun(["local", "start"]);
  await cloud.untilLine(/^Local Google Cloud ready at /);
  const readyMs = performance.now() - startedMs;
  await sleep(5000);
  using memory = watchMemory(cloud.process.pid ?? 0);
  await sleep(500);
  return { readyMs, bytes: memory.peak().bytes };
}
