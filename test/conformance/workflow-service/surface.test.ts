// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../local/main.ts";
import {
  account,
  deploy,
  execute,
  executions,
  location,
  outcomeOf,
  startWorkflowCloud,
  workflows,
} from "../../local/workflows/workflow-cloud.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";

const waits =
  "- open: {call: events.create_callback_endpoint, result: c}\n- hear: {call: events.await_callback, args: {callback: '${c}'}}\n";
const at = (path: string) => `workflowexecutions.googleapis.com/v1/${path}`;

let local: LocalCloud;
beforeAll(async () => {
  local = await startWorkflowCloud([createLogging]);
  await deploy(local, "waits", waits);
  await deploy(local, "echo", "main: {params: [args], steps: [{give: {return: '${args}'}}]}");
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

const get = async (path: string) => (await rest(local, `GET ${at(path)}`)).body;
const stateOf = async (name: string) => (await get(name)).state;

describe("a workflow", () => {
  const fields = { sourceContents: waits, serviceAccount: account };
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));

  it.each([
    ["an id that begins with a digit", "1a", {}],
    ["an id that ends with a dash", "a-", {}],
    ["an id of 65 letters", "a".repeat(65), {}],
    ["no source", "fine", { sourceContents: "" }],
    ["a source above 128 KB", "fine", { sourceContents: `#${"x".repeat(128 * 1024)}` }],
    ["a description above 1000 characters", "fine", { description: "d".repeat(1001) }],
    ["65 labels", "fine", { labels: many(65) }],
    ["a label in capitals", "fine", { labels: { Team: "x" } }],
    ["a label that is too long", "fine", { labels: { team: "x".repeat(64) } }],
    ["21 variables", "fine", { userEnvVars: many(21) }],
    ["a variable of Google's", "fine", { userEnvVars: { GOOGLE_X: "x" } }],
    ["a variable of Workflows'", "fine", { userEnvVars: { WORKFLOWS_X: "x" } }],
    ["a variable above 4 KiB", "fine", { userEnvVars: { A: "x".repeat(4097) } }],
  ])("is refused with %s", async (_, id, wrong) => {
    const answer = await workflows(local, `POST workflows?workflowId=${id}`, { body: { ...fields, ...wrong } });
    expect(errorOf(answer)).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
  });

  it("lists its revisions page by page with the newest first", async () => {
    for (const text of ["a", "b", "c"]) await redeploy("revised", `- s: {return: ${text}}`);
    const first = (await workflows(local, "GET workflows/revised:listRevisions?pageSize=2")).body;
    expect(revisionsIn(first)).toEqual(["000003", "000002"]);
    const token = String(first.nextPageToken);
    const rest = (await workflows(local, `GET workflows/revised:listRevisions?pageSize=2&pageToken=${token}`)).body;
    expect(revisionsIn(rest)).toEqual(["000001"]);
  });

  async function redeploy(id: string, sourceContents: string): Promise<void> {
    if ((await workflows(local, `GET workflows/${id}`)).status === 404)
      return void (await deploy(local, id, sourceContents));
    const { body } = await workflows(local, `PATCH workflows/${id}?updateMask=sourceContents`, {
      body: { sourceContents },
    });
    using hold = local.cloud.clock.hold();
    await local.cloud.operations.wait("workflows.googleapis.com", String(body.name), 10_000, hold);
  }

  const revisionsIn = ({ workflows: found }: JsonObject) =>
    (found as readonly JsonObject[]).map(({ revisionId }) => String(revisionId).slice(0, 6));
});

describe("an execution", () => {
  it.each([
    ["an argument that is no JSON", { argument: "{" }],
    ["an argument above 32 KB", { argument: JSON.stringify("x".repeat(32 * 1024)) }],
    ["65 labels", { labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, "v"])) }],
    ["a level that there is not", { callLogLevel: "LOG_SOME" }],
    ["a field that there is not", { workflow: "x" }],
  ])("is refused with %s", async (_, body) => {
    const answer = await executions(local, "POST workflows/echo/executions", { body });
    expect(errorOf(answer)).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
  });

  it("takes what gcloud sends, and its own levels before the workflow's", async () => {
    await deploy(local, "levels", waits, {
      callLogLevel: "LOG_ALL_CALLS",
      executionHistoryLevel: "EXECUTION_HISTORY_DETAILED",
      labels: { team: "data", run: "none" },
    });
    const body = {
      argument: "null",
      callLogLevel: "CALL_LOG_LEVEL_UNSPECIFIED",
      disableConcurrencyQuotaOverflowBuffering: false,
      executionHistoryLevel: "EXECUTION_HISTORY_BASIC",
      labels: { run: "a" },
    };
    const { status, body: begun } = await executions(local, "POST workflows/levels/executions", { body });
    expect(status).toBe(200);
    expect(begun).toMatchObject({
      callLogLevel: "LOG_ALL_CALLS",
      executionHistoryLevel: "EXECUTION_HISTORY_BASIC",
      labels: { team: "data", run: "a" },
      createTime: begun.startTime,
    });
    await rest(local, `POST ${at(String(begun.name))}:cancel`);
  });

  it("tells where it failed: payload, context, and each step on the way with its position", async () => {
    await deploy(
      local,
      "fails",
      "main:\n  steps:\n    - outer:\n        call: inner\ninner:\n  steps:\n    - divide:\n        return: ${1 / 0}\n",
    );
    const { error, state } = await outcomeOf(local, await execute(local, "fails"));
    expect(state).toBe("FAILED");
    const payload = JSON.parse(isJsonObject(error) ? String(error.payload) : "");
    expect(payload.tags).toContain("ZeroDivisionError");
    expect(error).toMatchObject({
      context: expect.stringMatching(
        /in step "divide", routine "inner", line: 7\nin step "outer", routine "main", line: 3$/,
      ),
      stackTrace: {
        elements: [
          {
            step: "divide",
            routine: "inner",
            position: { line: "7", column: "7" },
          },
          { step: "outer", routine: "main", position: { line: "3", column: "7" } },
        ],
      },
    });
  });

  it("is started by a Pub/Sub message, which it gets as an event", async () => {
    const message = {
      data: Buffer.from("hello").toString("base64"),
      messageId: "7",
      publishTime: "2026-01-02T03:04:05Z",
    };
    const subscription = `projects/${testProject}/subscriptions/s`;
    const body = { GCPCloudEventsMode: `CUSTOM_PUBSUB_projects/${testProject}/topics/t`, message, subscription };
    const started = await executions(local, "POST workflows/echo:triggerPubsubExecution", { body });
    const { result } = await outcomeOf(local, String(started.body.name));
    expect(JSON.parse(String(result))).toEqual({
      id: "7",
      source: `//pubsub.googleapis.com/projects/${testProject}/topics/t`,
      specversion: "1.0",
      type: "google.cloud.pubsub.topic.v1.messagePublished",
      datacontenttype: "application/json",
      time: "2026-01-02T03:04:05Z",
      data: { subscription, message },
    });
    const wrong = await executions(local, "POST workflows/echo:triggerPubsubExecution", {
      body: { ...body, GCPCloudEventsMode: "x" },
    });
    expect(wrong.status).toBe(400);
  });

  it("can be exported, and its history be deleted once it has ended", async () => {
    const name = await execute(local, "waits");
    expect(errorOf(await rest(local, `POST ${at(name)}:deleteExecutionHistory`))).toMatchObject({
      code: 400,
      status: "FAILED_PRECONDITION",
    });
    await rest(local, `POST ${at(name)}:cancel`);
    await execute(local, "echo").then((other) => outcomeOf(local, other));
    const { data } = await get(`${name}:exportData`);
    expect(JSON.parse(String(data))).toMatchObject({ execution: { name, state: "CANCELLED" } });
    expect((await rest(local, `POST ${at(name)}:deleteExecutionHistory`, { body: {} })).body).toEqual({});
    expect(await get(`${name}/stepEntries`)).toEqual({});
  });
});

describe("the backlog", () => {
  const limit = (count: number) =>
    local.faults.addLimit({ project: testProject, metric: "ConcurrentExecutionsPerProjectPerRegion", limit: count });

  it("keeps what is over the quota until it has its turn, in the order of arrival", async () => {
    limit(1);
    const [first = "", second = "", third = ""] = [
      await execute(local, "waits"),
      await execute(local, "waits"),
      await execute(local, "waits"),
    ];
    expect([await stateOf(first), await stateOf(second), await stateOf(third)]).toEqual(["ACTIVE", "QUEUED", "QUEUED"]);
    expect((await get(second)).startTime).toBeUndefined();
    const listed = (await executions(local, "GET workflows/waits/executions?filter=state=QUEUED")).body;
    expect((listed.executions as readonly JsonObject[]).map(({ name }) => name)).toEqual([third, second]);
    await rest(local, `POST ${at(first)}:cancel`);
    expect([await stateOf(second), await stateOf(third)]).toEqual(["ACTIVE", "QUEUED"]);
    expect((await rest(local, `POST ${at(third)}:cancel`)).body).toMatchObject({ state: "CANCELLED" });
    await rest(local, `POST ${at(second)}:cancel`);
  });

  it("does not take who will not wait", async () => {
    limit(1);
    const first = await execute(local, "waits");
    const body = { disableConcurrencyQuotaOverflowBuffering: true };
    const refused = await executions(local, "POST workflows/waits/executions", { body });
    expect(errorOf(refused)).toMatchObject({ code: 429, status: "RESOURCE_EXHAUSTED" });
    await rest(local, `POST ${at(first)}:cancel`);
    const taken = await executions(local, "POST workflows/waits/executions", { body });
    expect(taken.body).toMatchObject({ state: "ACTIVE", ...body });
    await rest(local, `POST ${at(String(taken.body.name))}:cancel`);
  });
});

describe("the history", () => {
  let name: string;
  beforeAll(async () => {
    const source = {
      main: {
        steps: [
          { init: { assign: [{ total: 0 }] } },
          {
            wide: {
              parallel: {
                shared: ["total"],
                for: { value: "n", in: [1, 2], steps: [{ add: { assign: [{ total: "${total + n}" }] } }] },
              },
            },
          },
          {
            guard: {
              try: { steps: [{ fail: { raise: "no" } }] },
              except: { as: "e", steps: [{ note: { assign: [{ seen: "${e}" }] } }] },
            },
          },
        ],
      },
    };
    await deploy(local, "detailed", JSON.stringify(source));
    name = await execute(local, "detailed", { executionHistoryLevel: "EXECUTION_HISTORY_DETAILED" });
    await outcomeOf(local, name);
  });

  const list = async (query: string) => {
    const answer = await rest(local, `GET ${at(name)}/stepEntries?${query}`);
    return { ...answer, entries: (answer.body.stepEntries ?? []) as readonly JsonObject[] };
  };

  it("says of each step what links it, how far it is, and what was in sight", async () => {
    const { entries, body } = await list("");
    expect(body.totalSize).toBe(entries.length);
    expect(entries[0]).toMatchObject({
      step: "init",
      stepType: "STEP_ASSIGN",
      variableData: { variables: { total: 0 } },
      navigationInfo: { next: "2" },
    });
    const wide = entries.find(({ stepType }) => stepType === "STEP_PARALLEL_FOR");
    expect(wide).toMatchObject({
      stepEntryMetadata: { expectedIteration: "2" },
      variableData: { variables: { total: 3 } },
    });
    const branches = entries.filter(({ stepType }) => stepType === "STEP_PARALLEL_BRANCH_ENTRY");
    expect(branches.map(({ stepEntryMetadata }) => stepEntryMetadata)).toEqual([
      { progressType: "PROGRESS_TYPE_PARALLEL_FOR", threadId: "2", progressNumber: "1", expectedIteration: "2" },
      { progressType: "PROGRESS_TYPE_PARALLEL_FOR", threadId: "3", progressNumber: "2", expectedIteration: "2" },
    ]);
    expect(entries.find(({ step }) => step === "fail")).toMatchObject({
      state: "STATE_FAILED",
      exception: { payload: '"no"' },
    });
  });

  it.each([
    ['filter=state="FAILED"', ["guard", "fail"]],
    ['filter=stepType="STEP_ASSIGN" AND step!="add"', ["init", "note"]],
    ["orderBy=entryId desc&pageSize=1", ["note"]],
    ["filter=stepType=ASSIGN&orderBy=step desc, entryId desc&pageSize=2", ["note", "init"]],
    ["skip=1&pageSize=1", ["wide"]],
  ])("is found by %s", async (query, steps) => {
    const { entries } = await list(encodeURI(query));
    expect(entries.filter(({ stepType }) => stepType !== "STEP_TRY").map(({ step }) => step)).toEqual(steps);
  });

  it("comes page by page, each skipping from where it begins", async () => {
    const { body } = await list("pageSize=2");
    const next = await list(`pageSize=1&skip=1&pageToken=${String(body.nextPageToken)}`);
    expect(next.entries.map(({ entryId }) => entryId)).toEqual(["4"]);
  });

  it.each(["orderBy=colour", "filter=colour=red", "pageSize=-1", "skip=-1", "pageToken=nonsense"])(
    "refuses %s",
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  it("is for who may see it", async () => {
    const as = "user:eve@example.com";
    expect((await rest(local, `GET ${at(name)}/stepEntries`, { as })).status).toBe(403);
    expect((await rest(local, `GET ${at(name)}/stepEntries/1`, { as })).status).toBe(403);
    expect((await rest(local, `GET ${at(name)}/callbacks`, { as })).status).toBe(403);
    expect((await rest(local, `GET ${at(name)}/stepEntries/99`)).status).toBe(404);
  });
});

describe("Cloud Logging", () => {
  const entriesOf = async (name: string, log: string) => {
    const execution = name.split("/").at(-1);
    const filter = `logName="projects/${testProject}/logs/${encodeURIComponent(log)}" AND labels."workflows.googleapis.com/execution_id"="${execution}"`;
    const body = { resourceNames: [`projects/${testProject}`], filter };
    const { body: answer } = await rest(local, "POST logging.googleapis.com/v2/entries:list", { body });
    return (answer.entries ?? []) as readonly JsonObject[];
  };
  const source =
    "main: {params: [args], steps: [{call: {call: json.encode_to_string, args: {data: '${args}'}, result: r}}, {bad: {call: json.decode, args: {data: '{'}}}]}";

  it("has each execution's start and end, and every call when asked", async () => {
    await deploy(local, "logged", source, { callLogLevel: "LOG_ALL_CALLS" });
    const name = await execute(local, "logged", { argument: "[1]" });
    await outcomeOf(local, name);
    const system = await entriesOf(name, "workflows.googleapis.com/executions_system");
    expect(system).toMatchObject([
      {
        severity: "INFO",
        jsonPayload: { state: "ACTIVE", start: { argument: "[1]" } },
        resource: {
          type: "workflows.googleapis.com/Workflow",
          labels: { workflow_id: "logged", location: location.split("/").at(-1) },
        },
      },
      { severity: "ERROR", jsonPayload: { state: "FAILED", failure: { source: "main.bad" } } },
    ]);
    const calls = await entriesOf(name, "workflows.googleapis.com/engine_call");
    expect(calls).toMatchObject([
      {
        severity: "DEBUG",
        jsonPayload: {
          "@type": "type.googleapis.com/google.cloud.workflows.type.EngineCallLog",
          state: "BEGUN",
          step: "call",
          callee: "json.encode_to_string",
          begun: { namedArgs: { data: [1] } },
        },
      },
      { jsonPayload: { state: "SUCCEEDED", succeeded: { response: '"[1]"' } } },
      { jsonPayload: { state: "BEGUN", callee: "json.decode" } },
      { jsonPayload: { state: "EXCEPTION_RAISED", exceptionRaised: { origin: "main.bad" } } },
    ]);
  });

  it("has only what failed, or nothing, when the execution says so", async () => {
    const states = async (callLogLevel: string) => {
      const name = await execute(local, "logged", { argument: "[1]", callLogLevel });
      await outcomeOf(local, name);
      return (await entriesOf(name, "workflows.googleapis.com/engine_call")).map(
        ({ jsonPayload }) => isJsonObject(jsonPayload) && jsonPayload.state,
      );
    };
    expect(await states("LOG_ERRORS_ONLY")).toEqual(["EXCEPTION_RAISED"]);
    expect(await states("LOG_NONE")).toEqual([]);
  });
});
