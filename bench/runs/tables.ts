import { formatTable } from "../table.ts";
import { costOf } from "./cost.ts";
import { callCause, goalsOf, type Measured, measure } from "./critical.ts";
import { lagsOf } from "./lag.ts";
import type { Observation } from "./observation.ts";
import { pricesAsOf } from "./prices.ts";
import { timelinesOf } from "./timeline.ts";

/** A table for people, and its figures. */
export interface Table {
  readonly text: string;
  readonly rows: readonly object[];
}

/** The tables by the names under which they are asked for. */
export const tables = {
  "critical-path": criticalPathTable,
  cost: costTable,
  "notice-lag": noticeLagTable,
  "failed-requests": failedRequestsTable,
} as const satisfies Record<string, (observation: Observation) => Table>;

/** Name of a table. */
export type TableName = keyof typeof tables;

/** Whether there is a table of that name. */
export function isTableName(name: string): name is TableName {
  return Object.hasOwn(tables, name);
}

function criticalPathTable(observation: Observation): Table {
  const rows = observation.runs.flatMap((run) => {
    const steps = timelinesOf(run, observation);
    return goalsOf(run, steps).map((goal) => measure(run, goal));
  });
  const text = formatTable(
    rows.map(({ run, goal, clockSeconds, criticalSeconds, excess }) => ({
      run,
      until: goal,
      "clock s": seconds(clockSeconds),
      "critical path s": seconds(criticalSeconds),
      ratio: ratio(clockSeconds, criticalSeconds),
      "without calls": ratio(clockSeconds - secondsOf(excess, callCause), criticalSeconds),
      "beyond it, the most": excess
        .slice(0, 3)
        .map(([cause, spent]) => `${cause} ${seconds(spent)} s`)
        .join(", "),
    })),
  );
  const paths = rows
    .filter(({ criticalPath, criticalSeconds }) => criticalPath.length > 0 && criticalSeconds > 0)
    .map(({ run, goal, criticalPath }) => `${run}, ${goal}: ${criticalPath.join(" → ")}`);
  return { rows, text: `${text}\n\nThe critical paths\n${paths.join("\n")}\n\n${explanation.criticalPath}\n` };
}

function costTable(observation: Observation): Table {
  const rows = observation.runs.map((run) => costOf(run, observation));
  const text = formatTable(
    rows.map((row) => ({
      run: row.run,
      "internal steps": row.internalSteps,
      "external steps": row.externalSteps,
      "function calls": row.workflowCalls,
      "events delivered": row.eventCalls,
      "vCPU s": row.vcpuSeconds.toFixed(1),
      "GiB s": row.gibSeconds.toFixed(1),
      "build min": row.buildMinutes.toFixed(1),
      USD: row.usd.toFixed(4),
    })),
  );
  return { rows, text: `${text}\n\n${explanation.cost}\n` };
}

function noticeLagTable(observation: Observation): Table {
  const timelines = observation.runs.flatMap((run) => timelinesOf(run, observation));
  const rows = [...lagsOf(timelines)].sort((a, b) => a.kind.localeCompare(b.kind));
  const text = formatTable(
    rows.map((row) => ({
      "what ended": row.kind,
      times: row.count,
      "median lag s": seconds(row.medianSeconds),
      "max lag s": seconds(row.maxSeconds),
      "took s": seconds(row.tookSeconds),
      "expected s": row.expectedSeconds === undefined ? "-" : String(row.expectedSeconds),
    })),
  );
  return { rows, text: `${text}\n\n${explanation.noticeLag}\n` };
}

function failedRequestsTable({ runs }: Observation): Table {
  const rows = runs.flatMap(({ title, load }) =>
    load
      ? [{ run: title, requests: load.requests, failed: load.failed.length, answers: [...new Set(load.failed)] }]
      : [],
  );
  const text = rows
    .flatMap(({ run, requests, failed, answers }) => [
      `${run.padEnd(18)} ${failed} of ${requests} requests failed`,
      ...answers,
    ])
    .join("\n");
  return { rows, text: `${text}\n` };
}

function secondsOf(excess: Measured["excess"], wanted: string): number {
  return excess.find(([cause]) => cause === wanted)?.[1] ?? 0;
}

function ratio(clockSeconds: number, criticalSeconds: number): string {
  return criticalSeconds > 0 ? (clockSeconds / criticalSeconds).toFixed(3) : "-";
}

function seconds(value: number): string {
  return value.toFixed(1);
}

const explanation = {
  criticalPath: `The critical path is the longest chain through the needs of the steps, each taking no more than its own operations, as the
local Google Cloud gave them in this very run, what Google needs until a grant, an API or a peering is in effect, and, before
what served goes, as long as a request to it may take. Each run counts from its execution's creation. "Calls of functions" is
real work on this machine, which the clock follows at 1:1: cold starts and PostgreSQL, and on a busy machine more of them.`,
  cost: `List prices of ${pricesAsOf}, no free tier. Steps as Google bills them: each that was executed, and each further try. Functions by
their allotted memory and vCPU for as long as their calls took here, in tenths of a second.`,
  noticeLag: `From the end of an operation, or of a propagation, to the next call of the step that waits for it; seconds of the clock.`,
} as const;
