import { parseArgs } from "node:util";
import { stepNames } from "../plan/step.ts";
import { steps as declarations } from "../plan/steps.ts";
import { coveredSeconds, longestChain, type Span } from "./chain.ts";
import { buildEnvironment, readJson } from "./local-environment.ts";
import { formatTable } from "./table.ts";

/*
 * Compares the clock time of a run with the critical path of its operations: the longest chain through the needs of the
 * steps, each step taking no more than the latencies of its own operations, as the local Google Cloud drew them in this
 * very run. What is above 1 is ours: polling, calls between the steps, joins that wait for too much, and propagation.
 *
 * Without --cloud it builds the example first; with it, it reads the newest run of an environment that stands already.
 */
const { values } = parseArgs({
  options: {
    cloud: { type: "string" },
    project: { type: "string", default: "my-project" },
    environment: { type: "string", default: "users" },
    json: { type: "boolean" },
  },
});

const measured = values.cloud === undefined ? await measureOwn() : await measure(values.cloud);
process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : render(measured));

async function measureOwn(): Promise<Measured> {
  await using environment = await buildEnvironment();
  return await measure(environment.cloud);
}

/** An operation as the local Google Cloud lists it; times are milliseconds of its clock. */
interface ListedOperation {
  readonly name: string;
  readonly startTime: number;
  /** When its drawn latency is over; the start for operations that only take as long as their work. */
  readonly dueTime: number;
  readonly endTime?: number;
}

/** The part of a run's record that counts here; times are seconds. */
interface RunRecord {
  readonly result: { readonly run: string; readonly startedAt: number; readonly endedAt: number };
  readonly reports: Readonly<
    Record<
      string,
      {
        readonly startedAt: number;
        readonly endedAt: number;
        readonly operations?: readonly { readonly name: string }[];
      }
    >
  >;
}

interface MeasuredStep {
  readonly step: string;
  /** From the first call to the last answer. */
  readonly tookSeconds: number;
  /** Covered by its own operations' latencies. */
  readonly operationSeconds: number;
  readonly operations: number;
}

interface Measured {
  readonly run: string;
  readonly clockSeconds: number;
  readonly criticalSeconds: number;
  readonly criticalPath: readonly string[];
  readonly ratio: number;
  /** The longest chain if each step takes what it took: the rest is lost between the steps. */
  readonly chainOfStepsSeconds: number;
  readonly steps: readonly MeasuredStep[];
}

async function measure(cloud: string): Promise<Measured> {
  const record = await readNewestRecord(cloud);
  const { operations } = (await readJson(`${cloud}/_local/operations`)) as { operations: ListedOperation[] };
  const steps = stepNames.flatMap((step) => {
    const report = record.reports[step];
    if (!report) return [];
    const { startedAt, endedAt, operations: own = [] } = report;
    const spans = own.flatMap(({ name }) => spansOf(operations, name));
    const operationSeconds = coveredSeconds(spans);
    return [{ step, tookSeconds: endedAt - startedAt, operationSeconds, operations: spans.length }];
  });
  const critical = longestChain(timed(steps, ({ operationSeconds }) => operationSeconds));
  const chain = longestChain(timed(steps, ({ tookSeconds }) => tookSeconds));
  const clockSeconds = record.result.endedAt - record.result.startedAt;
  return {
    run: record.result.run,
    clockSeconds,
    criticalSeconds: critical.seconds,
    criticalPath: critical.steps,
    ratio: clockSeconds / critical.seconds,
    chainOfStepsSeconds: chain.seconds,
    steps,
  };
}

async function readNewestRecord(cloud: string): Promise<RunRecord> {
  const objects = `${cloud}/storage.googleapis.com/storage/v1/b/${values.project}-alloyrun/o`;
  const prefix = encodeURIComponent(`runs/${values.environment}/`);
  const { items = [] } = (await readJson(`${objects}?prefix=${prefix}`)) as {
    items?: { readonly name: string; readonly timeCreated: string }[];
  };
  const [newest] = [...items].sort((a, b) => b.timeCreated.localeCompare(a.timeCreated));
  if (!newest) throw new Error(`${values.environment} has no run in ${values.project}`);
  return (await readJson(`${objects}/${encodeURIComponent(newest.name)}?alt=media`)) as RunRecord;
}

/** The record names operations as their API does: in full, or by id alone (Compute). */
function spansOf(operations: readonly ListedOperation[], name: string): Span[] {
  const id = name.split("/").at(-1);
  const found = operations.find((operation) => operation.name === name || operation.name.endsWith(`/${id}`));
  if (!found) return [];
  const { startTime, dueTime, endTime = dueTime } = found;
  return [{ from: startTime, to: dueTime > startTime ? dueTime : endTime }];
}

function timed(steps: readonly MeasuredStep[], secondsOf: (step: MeasuredStep) => number) {
  return steps.map((each) => {
    const needs = declarations.find(({ name }) => name === each.step)?.needs ?? [];
    return { name: each.step, needs, seconds: secondsOf(each) };
  });
}

function render({
  run,
  clockSeconds,
  criticalSeconds,
  criticalPath,
  ratio,
  chainOfStepsSeconds,
  steps,
}: Measured): string {
  const rows = steps.map(({ step, tookSeconds, operationSeconds, operations }) => ({
    step,
    operations,
    "own seconds": Math.round(operationSeconds),
    "took seconds": Math.round(tookSeconds),
    "above seconds": Math.round(tookSeconds - operationSeconds),
  }));
  return `${formatTable(rows)}

run ${run}
critical path     ${criticalSeconds.toFixed(0)} s   ${criticalPath.join(" → ")}
clock time        ${clockSeconds.toFixed(0)} s
ratio             ${ratio.toFixed(3)}   (clock time by critical path; 1 is the best there can be)
lost in steps     ${(chainOfStepsSeconds - criticalSeconds).toFixed(0)} s   (polling, calls and propagation within the steps of the longest chain)
lost between      ${(clockSeconds - chainOfStepsSeconds).toFixed(0)} s   (joins, lock and record)
`;
}
