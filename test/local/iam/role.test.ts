import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const roles = `iam.googleapis.com/v1/projects/${testProject}/roles`;
const day = 24 * 60 * 60 * 1000;
const role = { title: "Network", includedPermissions: ["compute.networks.get"], stage: "GA" };
let local: LocalCloud;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createIam] });
});
afterEach(() => local.stop());

const create = (roleId = "network") => rest(local, `POST ${roles}`, { body: { roleId, role } });

describe("custom roles", () => {
  it("are created, read, patched under their etag and listed", async () => {
    const { body } = await create();
    expect(body).toMatchObject({ name: `projects/${testProject}/roles/network`, ...role });
    expect((await rest(local, `GET ${roles}/network`)).body).toEqual(body);
    const change = (etag: unknown) =>
      rest(local, `PATCH ${roles}/network?updateMask=title`, { body: { title: "New", stage: "BETA", etag } });
    const patched = await change(body.etag);
    expect(patched.body).toMatchObject({ title: "New", stage: "GA" });
    const stale = await change(body.etag);
    expect(stale.status).toBe(409);
    expect(errorOf(stale).status).toBe("ABORTED");
    const listed = (await rest(local, `GET ${roles}`)).body.roles;
    expect(listed).toMatchObject([{ title: "New" }]);
    expect(JSON.stringify(listed)).not.toContain("includedPermissions");
    expect((await rest(local, `GET ${roles}?view=FULL`)).body.roles).toMatchObject([
      { includedPermissions: role.includedPermissions },
    ]);
  });

  it.each([
    ["an id with a hyphen", { roleId: "a-b-c", role }],
    ["an id that is too short", { roleId: "ab", role }],
    [
      "an unknown permission",
      { roleId: "wrong", role: { ...role, includedPermissions: ["compute.networks.fly.far"] } },
    ],
  ])("refuse %s", async (_, body) => {
    expect((await rest(local, `POST ${roles}`, { body })).status).toBe(400);
  });

  it("are limited to 300 in a project, of which those that are gone for good are none", async () => {
    const { store, clock } = local.cloud;
    local.cloud.projects.ensure(testProject);
    const kept = store.collection("iam.roles");
    for (let number = 1; number <= 300; number += 1) {
      const name = `projects/${testProject}/roles/role_${number}`;
      kept.put(name, { name, ...role, etag: "BwX", grants: [] });
    }
    const refused = await create("one_more");
    expect(refused.status).toBe(429);
    expect((await rest(local, `DELETE ${roles}/role_7`)).status).toBe(200);
    expect((await create("one_more")).status).toBe(429);
    await clock.advance(37 * day + 1);
    expect((await create("one_more")).status).toBe(200);
    expect((await create("two_more")).status).toBe(429);
  });

  it("answer 409 for a second of the name", async () => {
    await create();
    expect(errorOf(await create())).toMatchObject({ status: "ALREADY_EXISTS" });
  });

  it("are deleted softly: 7 days to come back, 37 until the id is free", async () => {
    await create();
    expect((await rest(local, `DELETE ${roles}/network`)).body).toMatchObject({ deleted: true });
    expect((await rest(local, `GET ${roles}`)).body).toEqual({});
    expect((await rest(local, `GET ${roles}?showDeleted=true`)).body.roles).toMatchObject([{ deleted: true }]);
    expect(errorOf(await create())).toMatchObject({ code: 400, status: "FAILED_PRECONDITION" });
    const restored = await rest(local, `POST ${roles}/network:undelete`, { body: {} });
    expect(restored.body.deleted).toBeUndefined();
    await rest(local, `DELETE ${roles}/network`);
    local.cloud.clock.pause();
    await local.cloud.clock.advance(8 * day);
    expect((await rest(local, `POST ${roles}/network:undelete`, { body: {} })).status).toBe(404);
    expect((await create()).status).toBe(400);
    await local.cloud.clock.advance(30 * day);
    expect((await rest(local, `GET ${roles}/network`)).status).toBe(404);
    expect((await create()).status).toBe(200);
  });
});

describe("predefined roles", () => {
  it("are read and listed with their permissions", async () => {
    const one = await rest(local, "GET iam.googleapis.com/v1/roles/iam.serviceAccountUser");
    expect(one.body).toMatchObject({ name: "roles/iam.serviceAccountUser", title: "Service Account User" });
    expect(one.body.includedPermissions).toContain("iam.serviceAccounts.actAs");
    const { body } = await rest(local, "GET iam.googleapis.com/v1/roles?pageSize=5");
    expect(body.roles).toHaveLength(5);
    expect(body.nextPageToken).toBeDefined();
  });
});

describe("a custom role's permissions", () => {
  it("count once its changes have spread, and not when it is deleted, disabled or in another project", async () => {
    const { access, clock } = local.cloud;
    clock.pause();
    const name = `projects/${testProject}/roles/network`;
    const project = `//cloudresourcemanager.googleapis.com/projects/${testProject}`;
    const jane = { kind: "user", email: "jane@example.com" } as const;
    const may = (permission = "compute.networks.get") => access.allows(jane, permission, project);
    const change = async (target: string, body: object = {}) => {
      const { status } = await rest(local, target, { body });
      const [before] = [may(), await clock.advance(600_000)];
      return { status, before, after: may() };
    };
    await create();
    access.setPolicy(project, { bindings: [{ role: name, members: ["user:jane@example.com"] }] });
    expect(may()).toBe(false);
    await clock.advance(600_000);
    expect(may()).toBe(true);
    const patch = `PATCH ${roles}/network?updateMask`;
    const other = { includedPermissions: ["compute.networks.list"] };
    expect(await change(`${patch}=includedPermissions`, other)).toEqual({ status: 200, before: true, after: false });
    expect(may("compute.networks.list")).toBe(true);
    expect(await change(`${patch}=includedPermissions`, role)).toMatchObject({ before: false, after: true });
    expect(await change(`${patch}=stage`, { stage: "DISABLED" })).toMatchObject({ before: true, after: false });
    expect(await change(`${patch}=stage`, { stage: "GA" })).toMatchObject({ before: false, after: true });
    expect(await change(`DELETE ${roles}/network`)).toMatchObject({ before: true, after: false });
    expect(access.getPolicy(project).bindings).toHaveLength(1);
    expect(await change(`POST ${roles}/network:undelete`)).toMatchObject({ before: false, after: true });
  });

  it("may not be those that only organisations give", async () => {
    const body = { roleId: "lister", role: { includedPermissions: ["resourcemanager.projects.list"] } };
    const refused = await rest(local, `POST ${roles}`, { body });
    expect(errorOf(refused)).toMatchObject({
      code: 400,
      message: expect.stringContaining("is not supported in custom"),
    });
  });
});

describe("queryGrantableRoles", () => {
  it("answers the roles that a policy of the resource may name", async () => {
    const body = { fullResourceName: `//run.googleapis.com/projects/${testProject}/locations/l/services/s` };
    const answer = await rest(local, "POST iam.googleapis.com/v1/roles:queryGrantableRoles", { body });
    const names = (answer.body.roles as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["roles/run.invoker", "roles/viewer"]));
    expect(names).not.toContain("roles/secretmanager.secretAccessor");
    const wrong = await rest(local, "POST iam.googleapis.com/v1/roles:queryGrantableRoles", {
      body: { fullResourceName: "projects/p" },
    });
    expect(wrong.status).toBe(400);
  });
});

describe("queryTestablePermissions", () => {
  it("pages through the permissions that custom roles may hold", async () => {
    const body = { fullResourceName: `//cloudresourcemanager.googleapis.com/projects/${testProject}`, pageSize: 1000 };
    const answer = await rest(local, "POST iam.googleapis.com/v1/permissions:queryTestablePermissions", { body });
    expect(answer.body.permissions).toContainEqual(expect.objectContaining({ name: "iam.serviceAccounts.actAs" }));
  });
});
