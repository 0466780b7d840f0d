// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Cloud } from "../../../../local/cloud.ts";
import type { JsonObject } from "../../../../local/json.ts";
import type { LocalCloud } from "../../../../local/main.ts";
import { createWorkflowExecutions } from "../../../../local/workflows/executions.ts";
import { createWorkflows } from "../../../../local/workflows/workflows.ts";
import { type KeptCloud, makeStateDirectory, startKeptCloud } from "../../../support/kept-cloud.ts";
import { rest, startTestCloud, testProject } from "../../../support/local-cloud.ts";

const parent = `projects/${testProject}/locations/us-central1`;
const executionsApi = "workflowexecutions.googleapis.com/v1";

/** A map as many levels deep as it is told, and then what is done with it. */
const nested = (levels: number, ...steps: readonly object[]) =>
  JSON.stringify([
    { begin: { assign: [{ m: {} }] } },
    { wrap: { for: { value: "i", range: [2, levels], steps: [{ more: { assign: [{ m: { k: "${m}" } }] } }] } } },
    ...steps,
  ]);

const everything = { executionHistoryLevel: "EXECUTION_HISTORY_DETAILED", callLogLevel: "LOG_ALL_CALLS" };

type Reachable = Pick<LocalCloud, "url">;

async function deploy(cloud: Reachable, id: string, sourceContents: string): Promise<void> {
  await rest(cloud, `POST workflows.googleapis.com/v1/${parent}/workflows?workflowId=${id}`, {
    body: { sourceContents },
  });
  await rest(cloud, "POST _local/clock/advance", { body: { seconds: 120 } });
}

async function start(cloud: Reachable, id: string): Promise<string> {
  const { body } = await rest(cloud, `POST ${executionsApi}/${parent}/workflows/${id}/executions`, {
    body: everything,
  });
  return String(body.name);
}

async function until(cloud: Reachable, name: string, isThere: (execution: JsonObject) => boolean): Promise<JsonObject> {
  for (let turn = 0; turn < 3000; turn += 1) {
    const { body } = await rest(cloud, `GET ${executionsApi}/${name}`);
    if (isThere(body)) return body;
  }
  throw new Error(`${name} does not come so far`);
}

const hasEnded = ({ state }: JsonObject) => state !== "ACTIVE";

const stepsOf = async (cloud: Reachable, name: string) =>
  (await rest(cloud, `GET ${executionsApi}/${name}/stepEntries`)).body.stepEntries as readonly JsonObject[];

const payloadOf = ({ error }: JsonObject) => JSON.parse(String((error as JsonObject).payload));

describe("a deeply nested value", () => {
  const kept = makeStateDirectory();
  let cloud: KeptCloud;
  beforeAll(async () => {
    cloud = await startKeptCloud(kept.path, { pace: "1" });
    const measure = { measure: { call: "len", args: { value: "${m}" }, result: "n" } };
    const sleep = { sleep: { call: "sys.sleep", args: { seconds: 1000 } } };
    await deploy(cloud, "deeper", nested(150, measure));
    await deploy(cloud, "deep", nested(100, measure, sleep, { oh: { raise: "${m}" } }));
  }, 60_000);
  afterAll(async () => {
    await cloud.kill();
    kept.remove();
  });

  it("fails the execution that makes it, and is logged, shown, raised and kept just within the limit", async () => {
    const deeper = await start(cloud, "deeper");
    expect(payloadOf(await until(cloud, deeper, hasEnded))).toMatchObject({ tags: ["ResourceLimitError"] });
    const deep = await start(cloud, "deep");
    const sleeps = ({ status }: JsonObject) => JSON.stringify(status ?? "").includes("sleep");
    await until(cloud, deep, sleeps);
    await cloud.kill();
    cloud = await startKeptCloud(kept.path, { pace: "1" });
    expect(await until(cloud, deeper, hasEnded)).toMatchObject({ state: "FAILED" });
    const failed = expect.objectContaining({ step: "more", state: "STATE_FAILED" });
    expect(await stepsOf(cloud, deeper)).toContainEqual(failed);
    await until(cloud, deep, sleeps);
    expect(JSON.stringify((await stepsOf(cloud, deep)).at(-2)?.variableData)).toContain('{"k":'.repeat(99));
    await rest(cloud, "POST _local/clock/advance", { body: { seconds: 1100 } });
    const payload = JSON.stringify(payloadOf(await until(cloud, deep, hasEnded)));
    expect(payload).toBe(`${'{"k":'.repeat(99)}{}${"}".repeat(99)}`);
  }, 60_000);
});

describe("an execution whose history cannot be kept", () => {
  it("ends as a SystemError, and the local cloud goes on", async () => {
    /** The store, but for histories, which it has no room for. */
    const without = (cloud: Cloud): Cloud => {
      const put = () => {
        throw new Error("no room left");
      };
      const collection = <T extends object>(name: string) => {
        const found = cloud.store.collection<T>(name);
        return name === "workflows.stepEntries" ? { ...found, put } : found;
      };
      return { ...cloud, store: { ...cloud.store, collection } };
    };
    const local = await startTestCloud({
      apis: [createWorkflows, (cloud) => createWorkflowExecutions(without(cloud))],
    });
    await deploy(local, "plain", "- a: {return: 1}");
    const ended = await until(local, await start(local, "plain"), hasEnded);
    expect(payloadOf(ended)).toEqual({ message: "SystemError: no room left", tags: ["SystemError"] });
    expect((await rest(local, `GET ${executionsApi}/${parent}/workflows/plain/executions`)).status).toBe(200);
    await local.stop();
  });
});
