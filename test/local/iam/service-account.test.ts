import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
const anywhere = "iam.googleapis.com/v1/projects/-/serviceAccounts";
const project = `cloudresourcemanager.googleapis.com/v1/projects/${testProject}`;
const email = `runner@${testProject}.iam.gserviceaccount.com`;
let local: LocalCloud;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createIam, createResourceManager] });
});
afterEach(() => local.stop());

const create = (accountId = "runner") =>
  rest(local, `POST ${accounts}`, { body: { accountId, serviceAccount: { displayName: "Runner" } } });

/** Creates an account and lets it spread. */
async function createSeen(): Promise<string> {
  const { body } = await create();
  local.cloud.clock.pause();
  await local.cloud.clock.advance(60_000);
  local.cloud.clock.resume();
  return String(body.uniqueId);
}

const grant = (member: string) =>
  rest(local, `POST ${project}:setIamPolicy`, {
    body: { policy: { bindings: [{ role: "roles/alloydb.client", members: [member] }] } },
  });

describe("service accounts", () => {
  it("have one policy, whichever of their names they are called by", async () => {
    const uniqueId = await createSeen();
    const jane = "user:jane@example.com";
    const policy = { bindings: [{ role: "roles/iam.serviceAccountAdmin", members: [jane] }] };
    await rest(local, `POST ${accounts}/${email}:setIamPolicy`, { body: { policy } });
    await local.cloud.clock.advance(600_000);
    for (const name of [`${accounts}/${email}`, `${accounts}/${uniqueId}`, `${anywhere}/${uniqueId}`]) {
      expect([name, (await rest(local, `GET ${name}`, { as: jane })).status]).toEqual([name, 200]);
      expect((await rest(local, `GET ${name}`, { as: "user:other@example.com" })).status).toBe(403);
    }
    expect((await rest(local, `GET ${accounts}/${uniqueId}/keys`, { as: jane })).status).toBe(403);
    const read = await rest(local, `POST ${accounts}/${uniqueId}:getIamPolicy`, { as: jane, body: {} });
    expect(read.body).toMatchObject(policy);
  });

  it("are created at once, with an identity of their own", async () => {
    const { body } = await create();
    expect(body).toMatchObject({
      name: `projects/${testProject}/serviceAccounts/${email}`,
      projectId: testProject,
      email,
      displayName: "Runner",
    });
    expect(body.uniqueId).toMatch(/^1\d{20}$/);
    expect(body.oauth2ClientId).toBe(body.uniqueId);
    const again = await create();
    expect(again.status).toBe(409);
    expect(errorOf(again)).toMatchObject({
      status: "ALREADY_EXISTS",
      message: `Service account runner already exists within project projects/${testProject}.`,
      errors: [{ reason: "alreadyExists" }],
    });
  });

  it.each(["short", "Upper-case", "1-digit-first", "ends-with-", "x".repeat(31)])(
    "refuse the id %s",
    async (accountId) => {
      expect((await create(accountId)).status).toBe(400);
    },
  );

  it("are seen by reads now and then, and always once they have spread", async () => {
    local.cloud.clock.pause();
    await create();
    const look = async () => (await rest(local, `GET ${anywhere}/${email}`)).status;
    const early = await Promise.all(Array.from({ length: 20 }, look));
    expect(new Set(early)).toEqual(new Set([200, 404]));
    await local.cloud.clock.advance(60_000);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, look)))).toEqual(new Set([200]));
  });

  it("are told apart from unknown ones in Google's words", async () => {
    const missing = await rest(local, `GET ${anywhere}/nobody@${testProject}.iam.gserviceaccount.com`);
    expect(missing.status).toBe(404);
    expect(errorOf(missing)).toMatchObject({ message: "Unknown service account", errors: [{ reason: "notFound" }] });
    const denied = await rest(local, `GET ${anywhere}/${email}`, { as: "user:jane@example.com" });
    expect(denied.status).toBe(403);
    expect(errorOf(denied).message).toContain("iam.serviceAccounts.get");
  });

  it("are patched by mask and listed", async () => {
    await createSeen();
    const body = { serviceAccount: { displayName: "New", description: "ignored" }, updateMask: "displayName" };
    const patched = await rest(local, `PATCH ${accounts}/${email}`, { body });
    expect(patched.body).toMatchObject({ displayName: "New" });
    expect(patched.body.description).toBeUndefined();
    expect((await rest(local, `GET ${accounts}`)).body).toMatchObject({ accounts: [{ email, displayName: "New" }] });
  });

  it("are disabled and enabled", async () => {
    await createSeen();
    await rest(local, `POST ${accounts}/${email}:disable`);
    expect((await rest(local, `GET ${accounts}/${email}`)).body.disabled).toBe(true);
    await rest(local, `POST ${accounts}/${email}:enable`);
    expect((await rest(local, `GET ${accounts}/${email}`)).body.disabled).not.toBe(true);
  });
});

describe("a deleted account", () => {
  it("leaves its bindings behind under another name, and brings them back", async () => {
    const uniqueId = await createSeen();
    await grant(`serviceAccount:${email}`);
    expect((await rest(local, `DELETE ${anywhere}/${email}`)).body).toEqual({});
    const members = async () => (await rest(local, `POST ${project}:getIamPolicy`)).body.bindings;
    expect(await members()).toMatchObject([{ members: [`deleted:serviceAccount:${email}?uid=${uniqueId}`] }]);
    const restored = await rest(local, `POST ${anywhere}/${uniqueId}:undelete`);
    expect(restored.body).toMatchObject({ restoredAccount: { email, uniqueId } });
    expect(await members()).toMatchObject([{ members: [`serviceAccount:${email}`] }]);
  });

  it("can come back for thirty days, unless its name is taken", async () => {
    const uniqueId = await createSeen();
    await rest(local, `DELETE ${anywhere}/${email}`);
    const second = await create();
    expect(second.body.uniqueId).not.toBe(uniqueId);
    expect((await rest(local, `POST ${accounts}/${uniqueId}:undelete`)).status).toBe(409);
    await rest(local, `DELETE ${anywhere}/${email}`);
    local.cloud.clock.pause();
    await local.cloud.clock.advance(31 * 24 * 60 * 60 * 1000);
    expect((await rest(local, `POST ${accounts}/${uniqueId}:undelete`)).status).toBe(404);
  });

  it("cannot be granted anything", async () => {
    const answer = await grant(`serviceAccount:${email}`);
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toBe(`Service account ${email} does not exist.`);
  });
});

describe("policies of service accounts", () => {
  it("are kept under one name however the account is called, and count for it", async () => {
    await createSeen();
    const jane = "user:jane@example.com";
    const policy = { bindings: [{ role: "roles/iam.serviceAccountUser", members: [jane] }] };
    const set = await rest(local, `POST ${anywhere}/${email}:setIamPolicy`, { body: { policy } });
    expect(set.body).toMatchObject(policy);
    const get = await rest(local, `POST ${accounts}/${email}:getIamPolicy?options.requestedPolicyVersion=3`);
    expect(get.body).toEqual(set.body);
    local.cloud.clock.pause();
    await local.cloud.clock.advance(150_000);
    const tested = await rest(local, `POST ${anywhere}/${email}:testIamPermissions`, {
      as: jane,
      body: { permissions: ["iam.serviceAccounts.actAs", "iam.serviceAccounts.delete"] },
    });
    expect(tested.body).toEqual({ permissions: ["iam.serviceAccounts.actAs"] });
    expect((await rest(local, `GET ${anywhere}/${email}`, { as: jane })).status).toBe(200);
  });
});
