import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { crc32c } from "../../../local/crc32c.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { member } from "../../support/local-operation.ts";

const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
const automatic = { replication: { automatic: {} } };
const base64 = (text: string) => Buffer.from(text).toString("base64");
let local: LocalCloud;
let name: string;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createSecretManager] });
  name = `projects/${local.cloud.projects.ensure(testProject).projectNumber}/secrets/password`;
  await rest(local, `POST ${secrets}?secretId=password`, { body: { ...automatic, labels: { team: "data" } } });
});
afterEach(() => local.stop());

const add = (text: string, payload: JsonObject = {}) =>
  rest(local, `POST ${secrets}/password:addVersion`, { body: { payload: { data: base64(text), ...payload } } });
const access = (version: string | number) => rest(local, `GET ${secrets}/password/versions/${version}:access`);
const dataOf = (answer: Awaited<ReturnType<typeof rest>>) =>
  Buffer.from(String(member(answer.body, "payload").data), "base64").toString();

describe("secrets", () => {
  it("answer under the project's number", async () => {
    expect((await rest(local, `GET ${secrets}/password`)).body).toMatchObject({
      name,
      ...automatic,
      labels: { team: "data" },
    });
    const again = await rest(local, `POST ${secrets}?secretId=password`, { body: automatic });
    expect(errorOf(again)).toEqual({
      code: 409,
      message: `Secret [${name}] already exists.`,
      status: "ALREADY_EXISTS",
    });
    const missing = await rest(local, `GET ${secrets}/other`);
    expect(errorOf(missing).message).toBe(`Secret [${name.replace("password", "other")}] not found.`);
  });

  it.each([
    ["no replication", "fine", {}],
    ["a name with a dot", "a.b", automatic],
    ["a label in capitals", "fine", { ...automatic, labels: { Team: "x" } }],
  ])("refuse %s", async (_, id, body) => {
    expect((await rest(local, `POST ${secrets}?secretId=${id}`, { body })).status).toBe(400);
  });

  it("are changed by mask, except their replication, under the present etag", async () => {
    const { etag } = (await rest(local, `GET ${secrets}/password`)).body;
    const patch = (mask: string, body: JsonObject) =>
      rest(local, `PATCH ${secrets}/password?updateMask=${mask}`, { body });
    expect((await patch("annotations", { annotations: { run: "r1" }, labels: {} })).body).toMatchObject({
      annotations: { run: "r1" },
      labels: { team: "data" },
    });
    const replicas = [{ location: "asia-northeast1" }];
    expect((await patch("replication", { replication: { userManaged: { replicas } } })).status).toBe(400);
    expect(errorOf(await patch("labels", { labels: {}, etag })).status).toBe("ABORTED");
  });

  it("are listed by page and filter, and go for good with their versions", async () => {
    await rest(local, `POST ${secrets}?secretId=another`, { body: automatic });
    const first = (await rest(local, `GET ${secrets}?pageSize=1`)).body;
    expect(first).toMatchObject({ secrets: [{ name: name.replace("password", "another") }], totalSize: 2 });
    expect((await rest(local, `GET ${secrets}?pageToken=${first.nextPageToken}`)).body.secrets).toMatchObject([
      { name },
    ]);
    expect((await rest(local, `GET ${secrets}?filter=labels.team=data`)).body.secrets).toMatchObject([{ name }]);
    await add("one");
    await rest(local, `DELETE ${secrets}/password`);
    await rest(local, `POST ${secrets}?secretId=password`, { body: automatic });
    expect((await add("two")).body.name).toBe(`${name}/versions/1`);
  });

  it("go by themselves when their time to live is over", async () => {
    local.cloud.clock.pause();
    await rest(local, `POST ${secrets}?secretId=brief`, { body: { ...automatic, ttl: "3600s" } });
    await local.cloud.clock.advance(3_599_000);
    expect((await rest(local, `GET ${secrets}/brief`)).status).toBe(200);
    await local.cloud.clock.advance(1000);
    expect((await rest(local, `GET ${secrets}/brief`)).status).toBe(404);
  });
});

describe("versions", () => {
  it("are numbered, checked by checksum and accessed by number, latest and alias", async () => {
    const checked = await add("one", { dataCrc32c: String(crc32c(Buffer.from("one"))) });
    expect(checked.body).toMatchObject({
      name: `${name}/versions/1`,
      state: "ENABLED",
      clientSpecifiedPayloadChecksum: true,
    });
    const second = await add("two");
    expect(second.body.clientSpecifiedPayloadChecksum).toBeUndefined();
    expect(dataOf(await access(1))).toBe("one");
    const latest = await access("latest");
    expect(latest.body).toMatchObject({
      name: `${name}/versions/2`,
      payload: { dataCrc32c: String(crc32c(Buffer.from("two"))) },
    });
    await rest(local, `PATCH ${secrets}/password?updateMask=versionAliases`, {
      body: { versionAliases: { stable: "1" } },
    });
    expect(dataOf(await access("stable"))).toBe("one");
  });

  it("refuse a checksum that does not match and a payload that is too large", async () => {
    expect((await add("one", { dataCrc32c: "1" })).status).toBe(400);
    expect((await add("x".repeat(64 * 1024 + 1))).status).toBe(400);
    expect((await access("latest")).status).toBe(404);
  });

  it("refuse a payload that is empty, and count none", async () => {
    for (const body of [{ payload: {} }, { payload: { data: "" } }]) {
      const answer = await rest(local, `POST ${secrets}/password:addVersion`, { body });
      expect(errorOf(answer)).toMatchObject({ code: 400, message: "Secret Payload cannot be empty." });
    }
    expect((await add("one")).body.name).toBe(`${name}/versions/1`);
  });

  it("are accessed only while they are enabled", async () => {
    await add("one");
    const change = (verb: string) => rest(local, `POST ${secrets}/password/versions/1:${verb}`, { body: {} });
    expect((await change("disable")).body.state).toBe("DISABLED");
    expect(errorOf(await access(1))).toMatchObject({
      status: "FAILED_PRECONDITION",
      message: `Secret Version [${name}/versions/1] is in DISABLED state.`,
    });
    await change("enable");
    expect(dataOf(await access(1))).toBe("one");
    expect((await change("destroy")).body).toMatchObject({ state: "DESTROYED", destroyTime: expect.any(String) });
    expect((await access(1)).status).toBe(400);
    expect((await change("enable")).status).toBe(400);
    expect(local.cloud.store.collection("secretmanager.payloads").list()).toEqual([]);
  });

  it("are listed newest first", async () => {
    for (let number = 1; number <= 11; number += 1) await add(`v${number}`);
    const first = (await rest(local, `GET ${secrets}/password/versions?pageSize=2`)).body;
    expect(first.versions).toMatchObject([{ name: `${name}/versions/11` }, { name: `${name}/versions/10` }]);
    const second = (await rest(local, `GET ${secrets}/password/versions?pageSize=2&pageToken=${first.nextPageToken}`))
      .body;
    expect(second.versions).toMatchObject([{ name: `${name}/versions/9` }, {}]);
  });

  it("are destroyed later where the secret says so", async () => {
    await rest(local, `PATCH ${secrets}/password?updateMask=versionDestroyTtl`, {
      body: { versionDestroyTtl: "86400s" },
    });
    await add("one");
    local.cloud.clock.pause();
    const destroyed = await rest(local, `POST ${secrets}/password/versions/1:destroy`, { body: {} });
    expect(destroyed.body).toMatchObject({ state: "DISABLED", scheduledDestroyTime: expect.any(String) });
    await local.cloud.clock.advance(86_400_000);
    expect((await rest(local, `GET ${secrets}/password/versions/1`)).body.state).toBe("DESTROYED");
  });
});

describe("policies of secrets", () => {
  it("let in whom they name, on that secret only", async () => {
    const jane = "user:jane@example.com";
    const policy = { bindings: [{ role: "roles/secretmanager.secretAccessor", members: [jane] }] };
    await rest(local, `POST ${secrets}/password:setIamPolicy`, { body: { policy } });
    expect(
      (await rest(local, `GET ${secrets}/password:getIamPolicy?options.requestedPolicyVersion=3`)).body,
    ).toMatchObject(policy);
    await add("one");
    const read = () => rest(local, `GET ${secrets}/password/versions/1:access`, { as: jane });
    local.cloud.clock.pause();
    await local.cloud.clock.advance(150_000);
    expect(dataOf(await read())).toBe("one");
    expect((await rest(local, `GET ${secrets}/password`, { as: jane })).status).toBe(403);
  });
});
