import { place, readJson } from "../local-environment.ts";
import { countSteps, type StepEntry } from "./billed-steps.ts";
import type { LoadReport } from "./load.ts";
import type { FunctionCall, Observation, ObservedRun, Span, StepLine } from "./observation.ts";

type Operation = Observation["operations"][number];
type Wait = Observation["waits"][number];

/** What the runs were called, in the order in which they were made, and what the loads meanwhile saw. */
interface Made {
  readonly titles: readonly string[];
  readonly loads: ReadonlyMap<string, LoadReport>;
}

const parent = `projects/${place.project}/locations/${place.region}`;
const workflow = `${parent}/workflows/alloyrun-environment`;

/** Reads all that a local Google Cloud knows of the runs that were made on it. */
export async function observe(cloud: string, { titles, loads }: Made): Promise<Observation> {
  const executions = await listExecutions(cloud);
  if (executions.length !== titles.length)
    throw new Error(`${executions.length} executions were found for ${titles.length} runs`);
  const calls = await listCalls(cloud);
  const runs: ObservedRun[] = [];
  for (const [index, { name, createTime, endTime, labels }] of executions.entries()) {
    const title = titles[index] ?? labels.run;
    const [from, until] = [secondsOf(createTime), secondsOf(endTime)];
    runs.push({
      ...{ title, from, until, id: labels.run, action: labels.action },
      lines: await listLines(cloud, labels.run),
      calls: calls.filter((call) => call.from >= from && call.from <= until),
      steps: countSteps(await listSteps(cloud, name)),
      load: loads.get(title),
    });
  }
  return {
    runs,
    operations: await listOperations(cloud),
    waits: await listWaits(cloud),
    memory: await readMemory(cloud),
  };
}

interface Execution {
  readonly name: string;
  readonly createTime: string;
  readonly endTime: string;
  readonly labels: { readonly run: string; readonly action: ObservedRun["action"]; readonly environment: string };
}

/** Executions of the environment, first to last; those that checked an installation have none. */
async function listExecutions(cloud: string): Promise<readonly Execution[]> {
  const { executions } = (await readJson(
    `${cloud}/workflowexecutions.googleapis.com/v1/${workflow}/executions?view=FULL`,
  )) as { readonly executions: readonly Partial<Execution>[] };
  const own = executions.filter((one): one is Execution => one.labels?.environment === place.environment);
  return own.sort((a, b) => a.createTime.localeCompare(b.createTime));
}

async function listSteps(cloud: string, execution: string): Promise<readonly StepEntry[]> {
  const entries: StepEntry[] = [];
  let token = "";
  do {
    const page = `${cloud}/workflowexecutions.googleapis.com/v1/${execution}/stepEntries?pageSize=1000&pageToken=${token}`;
    const { stepEntries, nextPageToken = "" } = (await readJson(page)) as {
      readonly stepEntries: readonly StepEntry[];
      readonly nextPageToken?: string;
    };
    entries.push(...stepEntries);
    token = nextPageToken;
  } while (token !== "");
  return entries;
}

async function listLines(cloud: string, run: string): Promise<readonly StepLine[]> {
  const filter = `jsonPayload.alloyrun="step" AND jsonPayload.run="${run}"`;
  const response = await fetch(`${cloud}/logging.googleapis.com/v2/entries:list`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify({ resourceNames: [`projects/${place.project}`], filter, pageSize: 1000 }),
  });
  const { entries, nextPageToken } = (await response.json()) as {
    readonly entries: readonly { readonly jsonPayload: StepLine }[];
    readonly nextPageToken?: string;
  };
  if (nextPageToken) throw new Error(`${run} has more lines than a page holds`);
  return entries.map(({ jsonPayload }) => jsonPayload).sort((a, b) => a.at - b.at);
}

async function listCalls(cloud: string): Promise<readonly FunctionCall[]> {
  const response = await fetch(`${cloud}/_local/journal`);
  const lines = (await response.text()).trim().split("\n");
  return lines.flatMap((line) => {
    const entry = JSON.parse(line) as {
      readonly kind: string;
      readonly host: string;
      readonly time: string;
      readonly endTime: string;
      readonly status: number;
      readonly principal: string;
      readonly durationMs: number;
    };
    const id = /^(alloyrun-[a-z-]+)-\d+\./.exec(entry.host)?.[1];
    if (entry.kind !== "site" || id === undefined) return [];
    const { status, principal, durationMs } = entry;
    return [
      { function: id, from: secondsOf(entry.time), until: secondsOf(entry.endTime), status, principal, durationMs },
    ];
  });
}

/** A record of the local Google Cloud; times are milliseconds. */
interface Timed {
  readonly startTime: number;
  readonly dueTime: number;
  readonly endTime?: number;
}

function spanOf({ startTime, dueTime, endTime = dueTime }: Timed): Span {
  return { from: startTime / 1000, until: endTime / 1000 };
}

async function listOperations(cloud: string): Promise<readonly Operation[]> {
  const { operations } = (await readJson(`${cloud}/_local/operations`)) as {
    readonly operations: readonly (Timed & Omit<Operation, keyof Span>)[];
  };
  return operations.map((one) => ({ host: one.host, name: one.name, kind: one.kind, ...spanOf(one) }));
}

async function listWaits(cloud: string): Promise<readonly Wait[]> {
  const { waits } = (await readJson(`${cloud}/_local/waits`)) as {
    readonly waits: readonly (Timed & Omit<Wait, keyof Span>)[];
  };
  return waits.map((one) => ({ kind: one.kind, name: one.name, principal: one.principal, ...spanOf(one) }));
}

async function readMemory(cloud: string): Promise<Readonly<Record<string, string>>> {
  const { functions } = (await readJson(
    `${cloud}/cloudfunctions.googleapis.com/v2/${parent}/functions?pageSize=100`,
  )) as {
    readonly functions: readonly {
      readonly name: string;
      readonly serviceConfig: { readonly availableMemory: string };
    }[];
  };
  return Object.fromEntries(
    functions.map(({ name, serviceConfig }) => [name.split("/").at(-1) ?? "", serviceConfig.availableMemory]),
  );
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000;
}
