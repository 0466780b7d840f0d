// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import {
  account,
  deploy,
  ended,
  execute,
  executions,
  location,
  outcomeOf,
  startWorkflowCloud,
  workflows,
} from "./workflow-cloud.ts";

let local: LocalCloud;

beforeAll(async () => {
  local = await startWorkflowCloud();
});
afterAll(() => local.stop());

/** Deploys, executes and waits. */
async function run(id: string, source: string, execution: object = {}): Promise<JsonObject> {
  await deploy(local, id, source, { labels: { team: "data", stage: "one" }, userEnvVars: { COLOUR: "red" } });
  return outcomeOf(local, await execute(local, id, execution));
}

const sleeper = "- w: { call: sys.sleep, args: { seconds: 600 } }\n- give: { return: rested }";

describe("an execution", () => {
  it("answers at once as active, then ends with the result as JSON text", async () => {
    const deployed = await deploy(
      local,
      "adds",
      "main: { params: [args], steps: [ give: { return: { sum: '${args.a + args.b}', d: 2.0 } } ] }",
    );
    const { revisionId } = deployed.response as JsonObject;
    const { body } = await executions(local, "POST workflows/adds/executions", {
      body: { argument: '{"a": 1, "b": 2}', labels: { run: "r1" } },
    });
    const number = local.cloud.projects.find(testProject)?.projectNumber;
    expect(body).toMatchObject({
      name: expect.stringMatching(
        `^projects/${number}/locations/asia-northeast1/workflows/adds/executions/[0-9a-f-]{36}$`,
      ),
      state: "ACTIVE",
      argument: '{"a": 1, "b": 2}',
      workflowRevisionId: revisionId,
      labels: { run: "r1" },
      startTime: expect.any(String),
    });
    expect(await outcomeOf(local, String(body.name))).toMatchObject({
      state: "SUCCEEDED",
      result: '{"d":2.0,"sum":3}',
      duration: expect.stringMatching(/^\d+\.\d{6}s$/),
      status: { currentSteps: [{ routine: "main", step: "give" }] },
    });
  });

  it("inherits the workflow's labels and overrides them", async () => {
    expect((await run("labels", "- a: { return: 1 }", { labels: { stage: "two" } })).labels).toEqual({
      team: "data",
      stage: "two",
    });
  });

  it("fails with payload, context and stack of the error that nobody caught", async () => {
    const { state, error } = await run(
      "fails",
      "main:\n  steps:\n    - outer: { call: inner }\ninner:\n  steps:\n    - reads: { return: '${sys.get_env(1)}' }\n",
    );
    expect(state).toBe("FAILED");
    expect(error).toMatchObject({
      payload:
        '{"message":"TypeError: sys.get_env: argument \'name\' must be string, not integer","tags":["TypeError"]}',
      context: expect.stringMatching(
        /in step "reads", routine "inner", line: 6\nin step "outer", routine "main", line: 3$/,
      ),
      stackTrace: {
        elements: [
          { step: "reads", routine: "inner", position: { line: "6", column: "7" } },
          { step: "outer", routine: "main", position: { line: "3", column: "7" } },
        ],
      },
    });
  });

  it("knows where and as whom it runs, and the workflow's own variables", async () => {
    const names = [
      "LOCATION",
      "PROJECT_ID",
      "PROJECT_NUMBER",
      "SERVICE_ACCOUNT_NAME",
      "WORKFLOW_ID",
      "WORKFLOW_REVISION_ID",
      "WORKFLOW_EXECUTION_ID",
    ];
    const reads = [...names.map((name) => `GOOGLE_CLOUD_${name}`), "COLOUR"].map(
      (name) => `\${sys.get_env("${name}")}`,
    );
    const { result, name, workflowRevisionId } = await run("knows", JSON.stringify([{ give: { return: reads } }]));
    expect(JSON.parse(String(result))).toEqual([
      "asia-northeast1",
      testProject,
      local.cloud.projects.find(testProject)?.projectNumber,
      account,
      "knows",
      workflowRevisionId,
      String(name).split("/").at(-1),
      "red",
    ]);
  });

  it("keeps the revision that it began with", async () => {
    await deploy(local, "revised", sleeper);
    local.cloud.clock.pause();
    const name = await execute(local, "revised");
    await local.cloud.clock.advance(5_000);
    const patch = await workflows(local, "PATCH workflows/revised", {
      body: { sourceContents: "- give: { return: new }" },
    });
    await local.cloud.clock.advance(60_000);
    local.cloud.clock.resume();
    await ended(local, patch);
    expect(await outcomeOf(local, name)).toMatchObject({
      result: '"rested"',
      workflowRevisionId: expect.stringMatching(/^000001/),
    });
    expect(await outcomeOf(local, await execute(local, "revised"))).toMatchObject({ result: '"new"' });
  });

  it("takes clock time for its sleeps, not more than a start besides", async () => {
    const before = local.cloud.clock.now();
    await run("sleeps", sleeper);
    const passed = (local.cloud.clock.now() - before) / 1000;
    expect(passed).toBeGreaterThan(600);
    expect(passed).toBeLessThan(640);
  });

  it("logs what sys.log is given, as structured or plain text", async () => {
    await run(
      "logs",
      "- a: { call: sys.log, args: { json: { step: network }, severity: WARNING } }\n- b: { call: sys.log, args: { text: plain } }",
    );
    const entries = local.cloud.logs
      .list(testProject)
      .filter(({ logName }) => logName === `projects/${testProject}/logs/Workflows`);
    expect(entries).toMatchObject([
      {
        severity: "WARNING",
        jsonPayload: { step: "network" },
        resource: { type: "workflows.googleapis.com/Workflow", labels: { workflow_id: "logs" } },
      },
      { textPayload: "plain" },
    ]);
  });

  it.each([
    ["an argument that is no JSON", { argument: "{" }, 400],
    ["an argument over 32 KB", { argument: JSON.stringify("x".repeat(32 * 1024)) }, 400],
    ["a malformed label", { labels: { Bad: "x" } }, 400],
  ])("is refused for %s", async (_, body, status) => {
    expect((await executions(local, "POST workflows/adds/executions", { body })).status).toBe(status);
  });

  it("is refused of a workflow that does not exist, and to who may not", async () => {
    expect((await executions(local, "POST workflows/none/executions", { body: {} })).status).toBe(404);
    expect(
      (await executions(local, "POST workflows/adds/executions", { as: "user:eve@example.com", body: {} })).status,
    ).toBe(403);
  });
});

describe("http requests of an execution", () => {
  const project = `https://cloudresourcemanager.googleapis.com/v3/projects/${testProject}`;
  const get = JSON.stringify([
    { look: { call: "http.get", args: { url: project, auth: { type: "OAuth2" } }, result: "r" } },
    { give: { return: "${r.body.projectId}" } },
  ]);

  it("reach Google APIs with the rights of the workflow's service account", async () => {
    const { error } = await run("looks", get);
    expect(JSON.parse(String((error as JsonObject).payload))).toMatchObject({
      code: 403,
      tags: ["HttpError"],
      body: { error: { status: "PERMISSION_DENIED" } },
    });
    const bindings = [{ role: "roles/viewer", members: [`serviceAccount:${account}`] }];
    await rest(local, `POST cloudresourcemanager.googleapis.com/v3/projects/${testProject}:setIamPolicy`, {
      body: { policy: { bindings } },
    });
    await local.cloud.clock.advance(600_000);
    expect(await outcomeOf(local, await execute(local, "looks"))).toMatchObject({
      result: JSON.stringify(testProject),
    });
  });

  it("carry an ID token of the account for the URL or the audience given", async () => {
    const send = (auth: object) => ({ call: "http.post", args: { url: "https://f.run.app/x", auth, body: { n: 1 } } });
    const source = JSON.stringify([
      { a: { ...send({ type: "OIDC" }), result: "a" } },
      { b: { ...send({ type: "OIDC", audience: "https://f.run.app" }), result: "b" } },
      { give: { return: ["${a.body}", "${b.body}"] } },
    ]);
    const { result } = await run("posts", source);
    const common = { method: "POST", email: account, body: { n: 1 } };
    expect(JSON.parse(String(result))).toEqual([
      { ...common, audience: "https://f.run.app/x" },
      { ...common, audience: "https://f.run.app" },
    ]);
  });

  it("raise AuthError when the account is gone", async () => {
    await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
      body: { accountId: "fleeting", serviceAccount: {} },
    });
    await local.cloud.clock.advance(600_000);
    const fleeting = `fleeting@${testProject}.iam.gserviceaccount.com`;
    await deploy(local, "orphan", get, { serviceAccount: fleeting });
    await rest(local, `DELETE iam.googleapis.com/v1/projects/${testProject}/serviceAccounts/${fleeting}`);
    const { error } = await outcomeOf(local, await execute(local, "orphan"));
    expect(String((error as JsonObject).payload)).toContain("AuthError");
  });
});

describe("CancelExecution", () => {
  it("ends an active execution at once and only once", async () => {
    await deploy(local, "cancelled", `${sleeper.replace("600", "999999")}`);
    local.cloud.clock.pause();
    const name = await execute(local, "cancelled");
    await local.cloud.clock.advance(60_000);
    const cancel = () => rest(local, `POST workflowexecutions.googleapis.com/v1/${name}:cancel`, { body: {} });
    expect((await cancel()).body).toMatchObject({
      state: "CANCELLED",
      endTime: expect.any(String),
      status: { currentSteps: [{ step: "w" }] },
    });
    expect((await cancel()).body.error).toMatchObject({ code: 400, status: "FAILED_PRECONDITION" });
    local.cloud.clock.resume();
    const { body } = await rest(local, `GET workflowexecutions.googleapis.com/v1/${name}/stepEntries`);
    expect(body.stepEntries).toMatchObject([{ step: "w", state: "STATE_CANCELLED" }]);
  });
});

describe("ListExecutions", () => {
  it("gives the newest first, in brief unless asked, page by page", async () => {
    await deploy(
      local,
      "listed",
      "main: { params: [n], steps: [ give: { switch: [ { condition: '${n == 2}', raise: two } ] } ] }",
    );
    const names: string[] = [];
    for (const n of [1, 2, 3]) {
      const name = await execute(local, "listed", { argument: String(n), labels: { number: `n${n}` } });
      await outcomeOf(local, name);
      names.push(name);
    }
    const list = async (query: string) =>
      (await executions(local, `GET workflows/listed/executions?${encodeURI(query)}`)).body;
    const namesOf = ({ executions: found = [] }: JsonObject) =>
      (found as readonly JsonObject[]).map(({ name }) => names.indexOf(String(name)) + 1);
    const brief = await list("");
    expect(namesOf(brief)).toEqual([3, 2, 1]);
    expect(Object.keys((brief.executions as readonly object[])[0] ?? {}).sort()).toEqual([
      "duration",
      "endTime",
      "name",
      "startTime",
      "state",
      "workflowRevisionId",
    ]);
    expect((await list("view=FULL")).executions).toMatchObject([
      { argument: "3" },
      { error: { payload: '"two"' } },
      { argument: "1" },
    ]);
    const first = await list("pageSize=2");
    expect(namesOf(first)).toEqual([3, 2]);
    expect(namesOf(await list(`pageSize=2&pageToken=${first.nextPageToken}`))).toEqual([1]);
    for (const [query, expected] of [
      ["orderBy=startTime", [1, 2, 3]],
      ["orderBy=startTime desc", [3, 2, 1]],
      ['filter=state="FAILED"', [2]],
      ['filter=labels.number="n3"', [3]],
      ['filter=label.number="n3" OR label.number="n1"', [3, 1]],
      ['filter=state="SUCCEEDED" AND NOT labels.number:n1', [3]],
      ["filter=state != FAILED", [3, 1]],
      ['filter=(state="FAILED" OR labels.number="n1") AND startTime > "2020-01-01T00:00:00Z"', [2, 1]],
      ["filter=duration < 0s", []],
      [`filter=executionId="${names[0]?.split("/").at(-1)}"`, [1]],
      ["filter=labels.number=n*", [3, 2, 1]],
      ["filter=labels:number", [3, 2, 1]],
      ["filter=NOT label:number", []],
      ["filter=labels:numb", []],
    ] as const) {
      expect([query, namesOf(await list(query))]).toEqual([query, expected]);
    }
    for (const wrong of ["filter=colour=red", "filter=state=NOPE", "filter=executionId=none AND duration=long"]) {
      expect((await list(wrong)).error).toMatchObject({ code: 400 });
    }
    expect((await list("orderBy=colour")).error).toMatchObject({ code: 400 });
    expect((await list("filter=(state=FAILED")).error).toMatchObject({ code: 400 });
  });
});

describe("step entries", () => {
  it("are listed and read with what links them", async () => {
    const { name } = await run(
      "entries",
      "- a: { assign: [ x: 1 ] }\n- t: { try: { raise: oh }, except: { steps: [ b: { return: 1 } ] } }",
    );
    const at = `GET workflowexecutions.googleapis.com/v1/${String(name)}/stepEntries`;
    const { body } = await rest(local, `${at}?pageSize=2`);
    expect(body).toMatchObject({
      stepEntries: [
        {
          name: `${String(name)}/stepEntries/1`,
          entryId: "1",
          step: "a",
          stepType: "STEP_ASSIGN",
          state: "STATE_SUCCEEDED",
          routine: "main",
          navigationInfo: { next: "2" },
        },
        { step: "t", stepType: "STEP_TRY_RETRY_EXCEPT", navigationInfo: { previous: "1", children: ["3", "5"] } },
      ],
      nextPageToken: expect.any(String),
      totalSize: 6,
    });
    expect((await rest(local, `${at}/4`)).body).toMatchObject({
      stepType: "STEP_RAISE",
      state: "STATE_FAILED",
      exception: { payload: '"oh"' },
    });
    expect((await rest(local, `${at}/99`)).status).toBe(404);
    const failed = await rest(
      local,
      `${at}?filter=${encodeURIComponent("state = STATE_FAILED")}&orderBy=entryId%20desc`,
    );
    expect(failed.body.stepEntries).toMatchObject([{ entryId: "4" }, { entryId: "3" }]);
    expect((await rest(local, at, { as: "user:eve@example.com" })).status).toBe(403);
  });
});

/** The path at which an endpoint takes requests; its name has `callback` in its stead. */
function addressOf(callback: JsonObject | undefined): string {
  const name = String(callback?.name);
  expect(name).toMatch(/\/executions\/[^/]+\/callback\/[^/]+$/);
  return name.replace("/callback/", "/callbacks/");
}

describe("a callback", () => {
  const source = JSON.stringify([
    { open: { call: "events.create_callback_endpoint", args: { http_callback_method: "POST" }, result: "endpoint" } },
    { tell: { call: "sys.log", args: { text: "${endpoint.url}" } } },
    {
      wait: {
        try: { call: "events.await_callback", args: { callback: "${endpoint}", timeout: 3600 }, result: "answer" },
        except: { as: "e", steps: [{ late: { return: "${e.tags}" } }] },
      },
    },
    { give: { return: "${answer}" } },
  ]);

  async function waiting(id: string): Promise<{ name: string; url: string }> {
    await deploy(local, id, source);
    const name = await execute(local, id);
    for (let turn = 0; turn < 1000; turn += 1) {
      const { body } = await rest(local, `GET workflowexecutions.googleapis.com/v1/${name}/callbacks`);
      const [callback] = (body.callbacks ?? []) as readonly JsonObject[];
      if (callback?.waiters === "1") return { name, url: addressOf(callback) };
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error("the execution does not wait");
  }

  it("hands the request to the execution that awaits it", async () => {
    const { name, url } = await waiting("asks");
    expect(url).toMatch(new RegExp(`^${name}/callbacks/`));
    const at = `workflowexecutions.googleapis.com/v1/${url}`;
    expect((await rest(local, `POST ${at}`, { as: "", body: {} })).status).toBe(401);
    expect((await rest(local, `POST ${at}`, { as: "user:eve@example.com", body: {} })).status).toBe(403);
    expect((await rest(local, `PUT ${at}`, { body: {} })).status).toBe(405);
    expect((await rest(local, `POST ${at}x`, { body: {} })).status).toBe(404);
    expect((await rest(local, `POST ${at}%zz`, { body: {} })).status).toBe(404);
    expect(
      (await rest(local, `POST ${at}?by=ada`, { body: { approve: true }, headers: { "x-note": "n" } })).status,
    ).toBe(200);
    const { result } = await outcomeOf(local, name);
    const answer = JSON.parse(String(result));
    expect(answer).toMatchObject({
      type: "HTTP",
      received_time: expect.stringMatching(/Z$/),
      http_request: {
        method: "POST",
        body: { approve: true },
        query: { by: "ada" },
        headers: { "X-Note": "n" },
        url: expect.stringContaining(url),
      },
    });
    expect(answer.http_request.headers).not.toHaveProperty("Authorization");
    expect((await rest(local, `POST ${at}`, { body: {} })).status).toBe(404);
  });

  it("keeps a request that comes before it is awaited, and takes no second one until then", async () => {
    const early = source.replace('{"wait"', '{"rest":{"call":"sys.sleep","args":{"seconds":60}}},{"wait"');
    await deploy(local, "early", early);
    local.cloud.clock.pause();
    const name = await execute(local, "early");
    await local.cloud.clock.advance(10_000);
    const { body } = await rest(local, `GET workflowexecutions.googleapis.com/v1/${name}/callbacks`);
    const [callback] = body.callbacks as readonly JsonObject[];
    const send = () =>
      rest(local, `POST workflowexecutions.googleapis.com/v1/${addressOf(callback)}`, { body: { n: 1 } });
    expect((await send()).status).toBe(200);
    expect(errorOf(await send())).toMatchObject({ code: 429 });
    local.cloud.clock.resume();
    expect(JSON.parse(String((await outcomeOf(local, name)).result))).toMatchObject({
      http_request: { body: { n: 1 } },
    });
  });

  it("does not hurry the clock towards its timeout, which fires when time passes it", async () => {
    const { name } = await waiting("times-out");
    const before = local.cloud.clock.now();
    await new Promise((resolve) => setImmediate(resolve));
    expect(local.cloud.clock.now() - before).toBeLessThan(60_000);
    await local.cloud.clock.advance(3_600_000);
    expect(await outcomeOf(local, name)).toMatchObject({ state: "SUCCEEDED", result: '["TimeoutError"]' });
  });
});

describe("the local cloud", () => {
  it("stops while executions wait", async () => {
    const other = await startWorkflowCloud();
    await deploy(
      other,
      "waits",
      "- a: { call: events.create_callback_endpoint, result: c }\n- b: { call: events.await_callback, args: { callback: '${c}' } }",
    );
    await execute(other, "waits");
    await other.stop();
    expect(other.cloud.store.collection("workflows.executions").list(`${location}/workflows/waits/`)).toMatchObject([
      [expect.any(String), { state: "ACTIVE" }],
    ]);
  });
});
