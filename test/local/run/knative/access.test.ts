import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../../support/local-cloud.ts";

const parent = `projects/${testProject}/locations/asia-northeast1`;
const at = (path: string) => `run.googleapis.com/apis/serving.knative.dev/v1/${parent}/${path}`;
const jane = "user:jane@example.com";
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud();
  const { store, projects, access, clock } = local.cloud;
  projects.ensure(testProject);
  const createTime = clock.timestamp();
  const put = (kind: string, name: string) => store.collection(`run.${kind}`).put(name, { name, createTime });
  for (const id of ["mine", "other"]) {
    put("services", `${parent}/services/${id}`);
    put("revisions", `${parent}/services/${id}/revisions/${id}-00001-abc`);
    put("jobs", `${parent}/jobs/${id}`);
    put("executions", `${parent}/jobs/${id}/executions/${id}-x`);
  }
  const bindings = [{ role: "roles/run.viewer", members: [jane] }];
  for (const name of [`${parent}/services/mine`, `${parent}/jobs/mine`]) {
    access.setPolicy(`//run.googleapis.com/${name}`, { version: 1, bindings });
  }
  await clock.advance(600_000);
}, 60_000);
afterAll(() => local.stop());

describe("the policy of a service", () => {
  it.each([
    ["services/mine", "services/other"],
    ["revisions/mine-00001-abc", "revisions/other-00001-abc"],
    ["configurations/mine", "configurations/other"],
    ["routes/mine", "routes/other"],
  ])("counts for %s, and not for %s", async (mine, other) => {
    expect((await rest(local, `GET ${at(mine)}`, { as: jane })).status).toBe(200);
    expect((await rest(local, `GET ${at(other)}`, { as: jane })).status).toBe(403);
  });
});

describe("the policy of a job", () => {
  it("counts for its executions under the names of version 1", async () => {
    const get = (id: string) =>
      rest(local, `GET run.googleapis.com/apis/run.googleapis.com/v1/${parent}/executions/${id}`, { as: jane });
    expect((await get("mine-x")).status).toBe(200);
    expect((await get("other-x")).status).toBe(403);
  });
});

describe("worker pools of version 1", () => {
  it.each([
    ["GET", "workerpools", undefined],
    ["GET", "workerpools/w", undefined],
    ["POST", "workerpools", { apiVersion: "run.googleapis.com/v1", kind: "WorkerPool", spec: { template: {} } }],
    ["PUT", "workerpools/w", { kind: "WorkerPool" }],
    ["DELETE", "workerpools/w", undefined],
  ])("are refused in JSON: %s %s", async (verb, path, body) => {
    const address = `asia-northeast1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${testProject}/${path}`;
    const answer = await rest(local, `${verb} ${address}`, { body });
    expect(answer.status).toBe(501);
    expect(errorOf(answer)).toMatchObject({ status: "UNIMPLEMENTED" });
  });
});
