import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const host = "cloudresourcemanager.googleapis.com";
const jane = "user:jane@example.com";
let local: LocalCloud;
let number: string;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createResourceManager] });
  number = local.cloud.projects.ensure(testProject).projectNumber;
});
afterEach(() => local.stop());

const spread = async () => {
  local.cloud.clock.pause();
  await local.cloud.clock.advance(150_000);
  local.cloud.clock.resume();
};

describe("projects", () => {
  it("are listed to those who may see them, by filter", async () => {
    local.cloud.projects.ensure("another-project");
    const list = (query: string, as = "owner") => rest(local, `GET ${host}/${query}`, { as });
    const all = await list("v1/projects?pageSize=1");
    expect(all.body).toMatchObject({ projects: [{ projectId: "another-project" }], nextPageToken: expect.any(String) });
    const filter = encodeURIComponent(`lifecycleState:ACTIVE AND (id:${testProject})`);
    expect((await list(`v1/projects?filter=${filter}`)).body.projects).toMatchObject([{ projectId: testProject }]);
    expect((await list("v1/projects", jane)).body.projects ?? []).toEqual([]);
    const found = await list(`v3/projects:search?query=${encodeURIComponent("id:another-project")}`);
    expect(found.body.projects).toMatchObject([{ projectId: "another-project", state: "ACTIVE" }]);
  });

  it("tell their number in v1 and v3, by id and by number", async () => {
    for (const name of [testProject, number]) {
      const v1 = await rest(local, `GET ${host}/v1/projects/${name}`);
      expect(v1.body).toMatchObject({ projectNumber: number, projectId: testProject, lifecycleState: "ACTIVE" });
      const v3 = await rest(local, `GET ${host}/v3/projects/${name}`);
      expect(v3.body).toMatchObject({ name: `projects/${number}`, projectId: testProject, state: "ACTIVE" });
    }
  });

  it("come into being when the owner names them, and for nobody else", async () => {
    expect((await rest(local, `GET ${host}/v1/projects/brand-new`, { as: jane })).status).toBe(403);
    expect((await rest(local, `GET ${host}/v1/projects/brand-new`)).body).toMatchObject({ projectId: "brand-new" });
  });
});

describe.each(["v1", "v3"])("policies in %s", (version) => {
  const project = `${host}/${version}/projects/${testProject}`;
  const binding = { role: "roles/browser", members: [jane] };
  const get = (requestedPolicyVersion = 3) =>
    rest(local, `POST ${project}:getIamPolicy`, { body: { options: { requestedPolicyVersion } } });
  const set = (policy: object) => rest(local, `POST ${project}:setIamPolicy`, { body: { policy } });

  it("are read, changed under their etag and refused under an old one", async () => {
    const { etag } = (await get()).body;
    const first = await set({ etag, bindings: [binding], version: 3 });
    expect(first.body).toMatchObject({ bindings: [binding] });
    const stale = await set({ etag, bindings: [], version: 3 });
    expect(stale.status).toBe(409);
    expect(errorOf(stale)).toMatchObject({
      status: "ABORTED",
      message: expect.stringContaining("concurrent policy changes"),
    });
    expect((await get()).body).toEqual(first.body);
  });

  it("show conditions to those who ask for version 3 only", async () => {
    const condition = { title: "soon", expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' };
    expect((await set({ bindings: [{ ...binding, condition }], version: 1 })).status).toBe(400);
    await set({ bindings: [{ ...binding, condition }], version: 3 });
    expect((await get(3)).body).toMatchObject({ version: 3, bindings: [{ ...binding, condition }] });
    const old = (await get(1)).body;
    expect(old).toMatchObject({
      version: 1,
      bindings: [{ role: expect.stringMatching(/^roles\/browser_withcond_[0-9a-f]{20}$/) }],
    });
    expect((await get(2)).status).toBe(400);
  });

  it("are written as far as the mask says", async () => {
    const write = (policy: object, updateMask?: string) =>
      rest(local, `POST ${project}:setIamPolicy`, { body: { policy, updateMask } });
    const auditConfigs = [{ service: "allServices", auditLogConfigs: [{ logType: "DATA_READ" }] }];
    await write({ bindings: [binding], auditConfigs });
    expect((await get()).body.auditConfigs).toBeUndefined();
    await write({ auditConfigs }, "auditConfigs");
    expect((await get()).body).toMatchObject({ bindings: [binding], auditConfigs });
    await write({ bindings: [] });
    expect((await get()).body).toMatchObject({ auditConfigs });
    expect((await get()).body.bindings ?? []).toEqual([]);
  });

  it.each([["nope"], ["run.services.fly"], ["run.services.*"]])(
    "does not test %s, which is no permission",
    async (name) => {
      const answer = await rest(local, `POST ${project}:testIamPermissions`, { body: { permissions: [name] } });
      expect(answer.status).toBe(400);
    },
  );

  it("takes the permissions of services that are not served at their word", async () => {
    const body = { permissions: ["bigquery.tables.get"] };
    expect((await rest(local, `POST ${project}:testIamPermissions`, { body })).body).toEqual(body);
  });

  it("take effect after a while", async () => {
    const body = { permissions: ["resourcemanager.projects.get", "resourcemanager.projects.delete"] };
    const test = () => rest(local, `POST ${project}:testIamPermissions`, { as: jane, body });
    local.cloud.clock.pause();
    await set({ bindings: [binding] });
    expect((await test()).body).toEqual({});
    await spread();
    expect((await test()).body).toEqual({ permissions: ["resourcemanager.projects.get"] });
  });
});
