import { runAlone } from "../local/workflows/alone/run-alone.ts";
import { noStubs } from "../local/workflows/alone/stubs.ts";
import { buildProgram } from "../local/workflows/build.ts";
import { formatTable, median } from "./table.ts";

/*
 * What a step of the Workflows runtime costs: `node --expose-gc bench/workflow-steps.ts`. Executions of 1,000, 10,000 and
 * 100,000 steps run side by side in one process, in turn, so that whatever else the machine does falls on all of them;
 * a runtime without growth gives the same figures in every row.
 */

/** Steps that the language is mostly used for: a loop that computes, decides, calls, and keeps a map up to date. */
const source = `
main:
  params: [rounds]
  steps:
    - begin: {assign: [{sum: 0}, {seen: {}}]}
    - walk:
        for:
          value: n
          range: [1, '\${rounds}']
          steps:
            - compute: {assign: [{sum: '\${sum + n % 7}'}, {'seen[string(n % 100)]': '\${n}'}]}
            - decide: {switch: [{condition: '\${n % 2 == 0}', next: even}]}
            - odd: {call: text.to_upper, args: {source: odd}, result: word}
            - even: {call: double_it, args: {n: '\${n}'}, result: twice}
    - done: {return: '\${sum}'}
double_it: {params: [n], steps: [{give: {return: '\${n * 2}'}}]}
`;

/** Steps that a round takes on average: compute, decide, odd every other time, even and the step it calls. */
const stepsPerRound = 4.5;

const sizes = [1000, 10_000, 99_990];
const repetitions = 5;

interface Measured {
  readonly ms: number;
  readonly heapMib: number;
}

async function measure(steps: number): Promise<Measured> {
  const program = buildProgram(source);
  const rounds = BigInt(Math.floor(steps / stepsPerRound) - 1);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const started = process.cpuUsage();
  const run = await runAlone({ program, argument: rounds, stubs: noStubs });
  // Time of the processor: other work of the machine does not count.
  const { user, system } = process.cpuUsage(started);
  const ms = (user + system) / 1000;
  if (run.outcome.state !== "SUCCEEDED") throw new Error(JSON.stringify(run.outcome));
  globalThis.gc?.();
  const heapMib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  // The run is looked at after the measurement, so that its history counts.
  if (run.steps.length < steps) throw new Error(`only ${run.steps.length} entries`);
  return { ms, heapMib };
}

const results = new Map<number, Measured[]>(sizes.map((steps) => [steps, []]));
await measure(10_000);
for (let round = 0; round < repetitions; round += 1) {
  for (const steps of sizes) results.get(steps)?.push(await measure(steps));
}

const rows = sizes.map((steps) => {
  const runs = results.get(steps) ?? [];
  const ms = median(runs.map((run) => run.ms));
  const keptBytes = median(runs.map((run) => run.heapMib)) * 2 ** 20;
  return {
    steps,
    "steps per second": Math.round((steps / ms) * 1000),
    "µs per step": Number(((ms * 1000) / steps).toFixed(2)),
    "bytes kept per step": Math.round(keptBytes / steps),
  };
});
process.stdout.write(`${formatTable(rows)}\n`);
const [shortest, , longest] = rows.map((row) => row["µs per step"]);
const ratio = (longest ?? Number.NaN) / (shortest ?? Number.NaN);
process.stdout.write(`A step of the longest costs ${ratio.toFixed(2)} times one of the shortest.\n`);
