// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import { account, deploy, ended, execute, location, startWorkflowCloud, workflows } from "./workflow-cloud.ts";

const one = "- give: { return: 1 }";
const two = "- give: { return: 2 }";
let local: LocalCloud;

beforeAll(async () => {
  local = await startWorkflowCloud();
});
afterAll(() => local.stop());

describe("CreateWorkflow", () => {
  it("answers an operation whose response is the workflow, active and with its first revision", async () => {
    const answer = await workflows(local, "POST workflows?workflowId=created", {
      body: { sourceContents: one, serviceAccount: `projects/-/serviceAccounts/${account}`, labels: { team: "data" } },
    });
    expect(answer.body).toMatchObject({
      name: expect.stringMatching(`^${location}/operations/`),
      metadata: { target: `${location}/workflows/created`, verb: "create", apiVersion: "v1" },
    });
    expect(answer.body.done).toBeUndefined();
    const { response, metadata } = await ended(local, answer);
    expect(response).toMatchObject({
      name: `${location}/workflows/created`,
      state: "ACTIVE",
      revisionId: expect.stringMatching(/^000001-[0-9a-f]{3}$/),
      serviceAccount: `projects/${testProject}/serviceAccounts/${account}`,
      labels: { team: "data" },
      sourceContents: one,
    });
    expect(metadata).toMatchObject({ endTime: expect.any(String) });
    expect((await workflows(local, "GET workflows/created")).body).toMatchObject({
      state: "ACTIVE",
      sourceContents: one,
    });
  });

  it("runs as the project's default account unless told otherwise", async () => {
    const { response } = await deploy(local, "by-default", one, { serviceAccount: undefined });
    const number = local.cloud.projects.find(testProject)?.projectNumber;
    expect(response).toMatchObject({
      serviceAccount: `projects/${testProject}/serviceAccounts/${number}-compute@developer.gserviceaccount.com`,
    });
  });

  it.each([
    ["an id that ends with a hyphen", "POST workflows?workflowId=bad-", { sourceContents: one }, 400],
    ["no source", "POST workflows?workflowId=empty", {}, 400],
    [
      "a label key in upper case",
      "POST workflows?workflowId=labelled",
      { sourceContents: one, labels: { Team: "x" } },
      400,
    ],
    [
      "an environment variable of Google's",
      "POST workflows?workflowId=env",
      { sourceContents: one, userEnvVars: { GOOGLE_X: "x" } },
      400,
    ],
    ["an unknown field", "POST workflows?workflowId=unknown", { sourceContents: one, colour: "red" }, 400],
    [
      "an account that does not exist",
      "POST workflows?workflowId=nobody",
      { sourceContents: one, serviceAccount: `no@${testProject}.iam.gserviceaccount.com` },
      403,
    ],
  ])("refuses %s", async (_, target, body, status) => {
    expect((await workflows(local, target, { body })).status).toBe(status);
  });

  it("refuses a name that is taken", async () => {
    await deploy(local, "taken", one);
    const answer = await workflows(local, "POST workflows?workflowId=taken", { body: { sourceContents: one } });
    expect(errorOf(answer)).toMatchObject({ code: 409, status: "ALREADY_EXISTS" });
  });

  it("ends in error when the definition does not build, and leaves nothing behind", async () => {
    const operation = await deploy(local, "broken", "- s:\n    return: ${missing}\n");
    expect(operation).toMatchObject({
      done: true,
      error: {
        code: 3,
        message: expect.stringContaining(
          "failed to build: error in step s: error evaluating expression: symbol 'missing'",
        ),
      },
    });
    expect((await workflows(local, "GET workflows/broken")).status).toBe(404);
  });

  it("ends as UNIMPLEMENTED for what this runtime does not execute, with the line", async () => {
    const { error } = await deploy(local, "connected", "- s:\n    call: googleapis.bigquery.v2.jobs.query\n");
    expect(error).toMatchObject({ code: 12, message: expect.stringContaining("(line 2, column 11)") });
  });

  it("refuses who may not create, and who may not act as the account", async () => {
    const denied = await workflows(local, "POST workflows?workflowId=denied", {
      as: "user:ada@example.com",
      body: { sourceContents: one },
    });
    expect(errorOf(denied)).toMatchObject({ code: 403 });
    const binding = { role: "roles/workflows.editor", members: ["user:ada@example.com"] };
    const project = `projects/${testProject}`;
    await rest(local, `POST cloudresourcemanager.googleapis.com/v3/${project}:setIamPolicy`, {
      body: { policy: { bindings: [binding] } },
    });
    await local.cloud.clock.advance(600_000);
    const notAs = await workflows(local, "POST workflows?workflowId=denied", {
      as: "user:ada@example.com",
      body: { sourceContents: one, serviceAccount: account },
    });
    expect(String(errorOf(notAs).message)).toContain("iam.serviceaccounts.actAs");
  });
});

describe("UpdateWorkflow", () => {
  it("makes a revision for a new source, and none for a description", async () => {
    await deploy(local, "changed", one);
    const described = await workflows(local, "PATCH workflows/changed?updateMask=description", {
      body: { description: "d" },
    });
    expect((await ended(local, described)).response).toMatchObject({
      description: "d",
      sourceContents: one,
      revisionId: expect.stringMatching(/^000001-/),
    });
    const rewritten = await workflows(local, "PATCH workflows/changed?updateMask=sourceContents", {
      body: { sourceContents: two },
    });
    expect((await ended(local, rewritten)).response).toMatchObject({ revisionId: expect.stringMatching(/^000002-/) });
    const { body } = await workflows(local, "GET workflows/changed:listRevisions");
    expect(body.workflows).toMatchObject([{ sourceContents: two, description: "d" }, { sourceContents: one }]);
  });

  it("makes a revision for other variables, which belong to one", async () => {
    const change = async (userEnvVars: object) => {
      const body = { userEnvVars };
      const patched = await workflows(local, "PATCH workflows/varied?updateMask=userEnvVars", { body });
      return (await ended(local, patched)).response;
    };
    await deploy(local, "varied", one, { userEnvVars: { A: "1" } });
    expect(await change({ A: "1" })).toMatchObject({ revisionId: expect.stringMatching(/^000001-/) });
    const changed = await change({ A: "2" });
    expect(changed).toMatchObject({ revisionId: expect.stringMatching(/^000002-/), userEnvVars: { A: "2" } });
    const { body } = await workflows(local, "GET workflows/varied:listRevisions");
    expect(body.workflows).toMatchObject([{ userEnvVars: { A: "2" } }, { userEnvVars: { A: "1" } }]);
  });

  it("gives an old revision by its id", async () => {
    const revision = async (query = "") => (await workflows(local, `GET workflows/changed${query}`)).body;
    const { body } = await workflows(local, "GET workflows/changed:listRevisions?pageSize=1");
    expect(body.nextPageToken).toEqual(expect.any(String));
    const second = await workflows(
      local,
      `GET workflows/changed:listRevisions?pageSize=1&pageToken=${body.nextPageToken}`,
    );
    const [first] = second.body.workflows as readonly { readonly revisionId: string }[];
    expect(await revision(`?revisionId=${first?.revisionId}`)).toMatchObject({ sourceContents: one });
    expect((await revision("?revisionId=000009-abc")).error).toMatchObject({ code: 404 });
  });

  it("keeps the workflow as it is when the new source does not build", async () => {
    await deploy(local, "kept", one);
    const answer = await workflows(local, "PATCH workflows/kept", { body: { sourceContents: "- s: {}" } });
    expect((await ended(local, answer)).error).toMatchObject({ code: 3 });
    expect((await workflows(local, "GET workflows/kept")).body).toMatchObject({ sourceContents: one, state: "ACTIVE" });
  });

  it("refuses a second change while one is under way, and a field that cannot change", async () => {
    await deploy(local, "busy", one);
    local.cloud.clock.pause();
    const first = await workflows(local, "PATCH workflows/busy", { body: { description: "a" } });
    const second = await workflows(local, "PATCH workflows/busy", { body: { description: "b" } });
    expect(errorOf(second)).toMatchObject({ code: 409, status: "ABORTED" });
    local.cloud.clock.resume();
    await ended(local, first);
    const state = await workflows(local, "PATCH workflows/busy?updateMask=state", { body: { state: "ACTIVE" } });
    expect(state.status).toBe(400);
  });
});

describe("ListWorkflows", () => {
  it("pages through those of a location and filters by label", async () => {
    await deploy(local, "listed-a", one, { labels: { kind: "listed" } });
    await deploy(local, "listed-b", one, { labels: { kind: "listed" } });
    const filter = encodeURIComponent('labels.kind = "listed"');
    const first = (await workflows(local, `GET workflows?pageSize=1&filter=${filter}`)).body;
    expect(first.workflows).toMatchObject([{ name: `${location}/workflows/listed-a` }]);
    const next = (await workflows(local, `GET workflows?pageSize=1&filter=${filter}&pageToken=${first.nextPageToken}`))
      .body;
    expect(next.workflows).toMatchObject([{ name: `${location}/workflows/listed-b` }]);
    expect(next.nextPageToken).toBeUndefined();
  });

  it.each([["filter=colour%3Dred"], ["orderBy=colour"], ["filter=%22a"]])("refuses %s", async (query) => {
    expect((await workflows(local, `GET workflows?${query}`)).status).toBe(400);
  });
});

describe("DeleteWorkflow", () => {
  it("takes the workflow, its revisions and its executions with it", async () => {
    await deploy(local, "gone", "- w: { call: sys.sleep_until, args: { time: '2999-01-01T00:00:00Z' } }");
    local.cloud.clock.pause();
    await execute(local, "gone");
    const answer = await workflows(local, "DELETE workflows/gone");
    await local.cloud.clock.advance(60_000);
    local.cloud.clock.resume();
    expect(await ended(local, answer)).toMatchObject({
      done: true,
      response: { "@type": "type.googleapis.com/google.protobuf.Empty" },
    });
    expect((await workflows(local, "GET workflows/gone")).status).toBe(404);
    expect(local.cloud.store.collection("workflows.executions").list(`${location}/workflows/gone/`)).toEqual([]);
    expect((await workflows(local, "DELETE workflows/gone")).status).toBe(404);
  });
});
