// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { demand, done } from "../../support/kept-calls.ts";
import { makeStateDirectory } from "../../support/kept-cloud.ts";
import { testProject } from "../../support/local-cloud.ts";

const root = `projects/${testProject}`;
const place = `${root}/locations/us-central1`;
let state: ReturnType<typeof makeStateDirectory>;
let local: LocalCloud;

beforeEach(async () => {
  state = makeStateDirectory();
  local = await startLocalCloud({ project: testProject, offline: true, state: state.path });
  for (const { host } of local.apis) local.cloud.projects.setUsable(testProject, host, true);
});

afterEach(async () => {
  await local.stop();
  state.remove();
});

const logFile = () => join(state.path, "changes.jsonl");

/** Bytes that some work adds to the log. */
async function grownBy(work: () => Promise<void>): Promise<number> {
  const before = statSync(logFile()).size;
  await work();
  return statSync(logFile()).size - before;
}

/** Bytes that each collection has in the log beyond an offset. */
function bytesByCollection(from: number): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const line of readFileSync(logFile()).subarray(from).toString().trimEnd().split("\n")) {
    const [, ...entries] = JSON.parse(line) as [number, ...[string, string, unknown][]];
    for (const entry of entries) sums[entry[0]] = (sums[entry[0]] ?? 0) + JSON.stringify(entry).length;
  }
  return sums;
}

/** What the first so many changes write, and what as many that come after them write. */
async function halves(count: number, change: (index: number) => Promise<unknown>) {
  const run = (from: number) => async () => {
    for (let index = from; index < from + count; index += 1) await change(index);
  };
  const start = statSync(logFile()).size;
  const first = await grownBy(run(0));
  const middle = statSync(logFile()).size;
  const second = await grownBy(run(count));
  return { first, second, byCollection: { first: bytesByCollection(start), second: bytesByCollection(middle) } };
}

const secrets = `secretmanager.googleapis.com/v1/${root}/secrets`;
const storage = "storage.googleapis.com";
const pubsub = `pubsub.googleapis.com/v1/${root}`;
const data = Buffer.from("value").toString("base64");

/** What many of something are made in, and how one is made. */
const grown: Readonly<
  Record<string, { readonly before?: readonly [string, object]; change(index: number): Promise<unknown> }>
> = {
  "versions of a secret": {
    before: [`POST ${secrets}?secretId=many`, { replication: { automatic: {} } }],
    change: () => demand(local, `POST ${secrets}/many:addVersion`, { payload: { data } }),
  },
  "objects in a bucket": {
    before: [`POST ${storage}/storage/v1/b?project=${testProject}`, { name: "many-objects" }],
    change: (index) =>
      demand(local, `POST ${storage}/upload/storage/v1/b/many-objects/o?uploadType=media&name=o-${index}`, "x"),
  },
  "messages of a topic": {
    before: [`PUT ${pubsub}/topics/many`, {}],
    change: () => demand(local, `POST ${pubsub}/topics/many:publish`, { messages: [{ data }] }),
  },
  "jobs of a region": {
    change: (index) => {
      const httpTarget = { uri: "http://127.0.0.1:9/nobody" };
      const body = { name: `${place}/jobs/many-${index}`, schedule: "0 3 1 1 *", httpTarget };
      return demand(local, `POST cloudscheduler.googleapis.com/v1/${place}/jobs`, body);
    },
  },
  "networks of a project": {
    change: (index) => {
      const body = { name: `many-${index}`, autoCreateSubnetworks: false };
      return demand(local, `POST compute.googleapis.com/compute/v1/${root}/global/networks`, body);
    },
  },
};

describe("the log of changes", () => {
  it.each(Object.keys(grown))("grows by the same for each of many %s", async (what) => {
    const { before, change } = grown[what] ?? { change: () => Promise.reject(new Error(what)) };
    if (before) await demand(local, ...before);
    const { first, second, byCollection } = await halves(150, change);
    expect({ ...byCollection, isLinear: second < 1.3 * first }).toMatchObject({ isLinear: true });
  });

  /** Runs as many steps as the argument says, and gives the log's growth. */
  async function runSteps(steps: number): Promise<number> {
    const execution = `POST workflowexecutions.googleapis.com/v1/${place}/workflows/loop/executions`;
    const body = { argument: String(steps), executionHistoryLevel: "EXECUTION_HISTORY_BASIC" };
    return await grownBy(async () => {
      const { name } = await demand(local, execution, body);
      let answer: JsonObject = {};
      while (answer.endTime === undefined) {
        answer = await demand(local, `GET workflowexecutions.googleapis.com/v1/${String(name)}`);
      }
      expect(answer).toMatchObject({ state: "SUCCEEDED" });
    });
  }

  it("grows by the same for each of many steps of an execution", async () => {
    const source = `
main:
  params: [steps]
  steps:
    - begin: {assign: [{sum: 0}]}
    - loop:
        for:
          value: i
          range: [1, '\${steps}']
          steps:
            - add: {assign: [{sum: '\${sum + i}'}]}
            - nap: {call: sys.sleep, args: {seconds: 1}}
    - end: {return: '\${sum}'}
`;
    const workflows = `POST workflows.googleapis.com/v1/${place}/workflows?workflowId=loop`;
    const host = "workflows.googleapis.com";
    await done(local, host, await demand(local, workflows, { sourceContents: source }));
    const [some, ten] = [await runSteps(500), await runSteps(5000)];
    expect({ some, ten, isLinear: ten < 11 * some }).toMatchObject({ isLinear: true });
  });
});
