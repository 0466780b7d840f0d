import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createToySecrets } from "./toy-secrets.ts";

const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
const replication = { automatic: {} };
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createToySecrets] });
}, 60_000);
afterAll(() => local.stop());

describe("a REST call", () => {
  it("merges path, query and body, and answers proto-JSON", async () => {
    const body = {
      replication,
      labels: { a: "b" },
      expire_time: "2030-01-01T01:00:00+01:00",
      versionAliases: { x: 1 },
    };
    const created = await rest(local, `POST ${secrets}?secretId=first`, { body });
    expect(created).toMatchObject({
      status: 200,
      body: {
        name: `projects/${testProject}/secrets/first`,
        replication,
        labels: { a: "b" },
        expireTime: "2030-01-01T00:00:00Z",
        versionAliases: { x: "1" },
      },
    });
    expect(created.headers.get("content-type")).toBe("application/json; charset=UTF-8");
    expect(await rest(local, `GET ${secrets}/first`)).toMatchObject({ status: 200, body: created.body });
  });

  it("is dated by the clock", async () => {
    await local.cloud.clock.advance(3600_000);
    const { headers } = await rest(local, `GET ${secrets}/first`);
    expect(Math.abs(Date.parse(headers.get("date") ?? "") - local.cloud.clock.now())).toBeLessThan(5000);
  });

  it("gives enums as numbers to clients that ask for it", async () => {
    const target = `POST ${secrets}/first:addVersion`;
    const body = { payload: { data: "c2VjcmV0" } };
    expect((await rest(local, target, { body })).body).toMatchObject({ state: "ENABLED" });
    expect((await rest(local, `${target}?$alt=json;enum-encoding=int`, { body })).body).toMatchObject({ state: 1 });
  });

  it("answers with Google's envelope when the handler refuses", async () => {
    const answer = await rest(local, `POST ${secrets}?secretId=first`, { body: { replication } });
    const message = `Secret [projects/${testProject}/secrets/first] already exists.`;
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 409, message, status: "ALREADY_EXISTS" } } });
  });

  it.each([
    ["an unknown field", { replication, colour: "red" }, "secret", "Unknown name \"colour\" at 'secret'"],
    [
      "a wrong kind",
      { replication, labels: { a: 3 } },
      "secret.labels.a",
      "Invalid value at 'secret.labels.a' (TYPE_STRING), 3",
    ],
    [
      "a wrong nested kind",
      { replication: "automatic" },
      "secret.replication",
      "type.googleapis.com/google.cloud.secretmanager.v1.Replication",
    ],
    ["a malformed time", { replication, expireTime: "tomorrow" }, "secret.expire_time", '"tomorrow"'],
    [
      "two members of a oneof",
      { replication, ttl: "300s", expireTime: "2030-01-01T00:00:00Z" },
      "secret",
      "oneof field 'expiration' is already set",
    ],
    [
      "a number out of range",
      { replication, versionAliases: { x: "9223372036854775808" } },
      "secret.version_aliases.x",
      "TYPE_INT64",
    ],
  ])("refuses %s and says where", async (_, body, field, text) => {
    const error = errorOf(await rest(local, `POST ${secrets}?secretId=bad`, { body }));
    expect(error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
    expect(error.details).toMatchObject([
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [{ field, description: expect.stringContaining(text) }],
      },
    ]);
  });

  it.each([
    [
      "an unknown query parameter",
      `POST ${secrets}?secretId=bad&colour=red`,
      { replication },
      "Cannot bind query parameter",
    ],
    ["a missing required field", `POST ${secrets}`, { replication }, "Missing required field: secret_id."],
    ["a body that is no JSON", `POST ${secrets}?secretId=bad`, "{", "Invalid JSON payload received"],
    ["a list as body", `POST ${secrets}?secretId=bad`, "[]", "Root element must be a message"],
    [
      "bytes that are no base64",
      `POST ${secrets}/first:addVersion`,
      { payload: { data: "!!" } },
      "Base64 decoding failed",
    ],
    [
      "a mask path that does not exist",
      `PATCH ${secrets}/first?updateMask=colour`,
      { labels: {} },
      "the path 'colour'",
    ],
  ])("refuses %s", async (_, target, body, text) => {
    const error = errorOf(await rest(local, target, { body }));
    expect(error).toMatchObject({ status: "INVALID_ARGUMENT", message: expect.stringContaining(text) });
  });

  it("demands nothing inside the partial body of a PATCH, and ignores what is output only", async () => {
    const body = { labels: { a: "c" }, createTime: "2000-01-01T00:00:00Z" };
    const answer = await rest(local, `PATCH ${secrets}/first?updateMask=labels`, { body });
    expect(answer).toMatchObject({
      status: 200,
      body: { labels: { a: "c" }, createTime: expect.not.stringMatching(/^2000/) },
    });
  });

  it("takes a project's number for its id", async () => {
    const number = local.cloud.projects.find(testProject)?.projectNumber;
    const answer = await rest(local, `GET secretmanager.googleapis.com/v1/projects/${number}/secrets/first`);
    expect(answer).toMatchObject({ status: 200, body: { name: `projects/${testProject}/secrets/first` } });
  });

  it("answers 404 as a page for paths that no method has", async () => {
    const answer = await rest(local, `GET ${secrets}/first:shout`);
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining("was not found on this server") });
  });

  it("answers UNIMPLEMENTED for methods without a handler", async () => {
    const answer = await rest(local, `DELETE ${secrets}/first`);
    expect(answer).toMatchObject({ status: 501, body: { error: { status: "UNIMPLEMENTED" } } });
  });

  it("reaches an API under its regional name and without regard to case of the host", async () => {
    const answer = await rest(
      local,
      `GET us-central1-secretmanager.googleapis.com/v1/projects/${testProject}/secrets/first`,
    );
    expect(answer.status).toBe(200);
  });
});

describe("admission", () => {
  it.each([
    ["without credentials", "", 401, "UNAUTHENTICATED"],
    ["with an unknown token", "ya29.unknown", 401, "UNAUTHENTICATED"],
    ["without the permission", "user:jane@example.com", 403, "PERMISSION_DENIED"],
  ])("refuses a caller %s", async (_, as, status, code) => {
    expect(await rest(local, `GET ${secrets}/first`, { as })).toMatchObject({
      status,
      body: { error: { status: code } },
    });
  });

  it("names the permission and the resource in Google's words", async () => {
    const error = errorOf(await rest(local, `GET ${secrets}/first`, { as: "user:jane@example.com" }));
    const resource = `//secretmanager.googleapis.com/projects/${testProject}/secrets/first`;
    expect(error).toMatchObject({
      message: `Permission 'secretmanager.secrets.get' denied on resource '${resource}' (or it may not exist).`,
      details: [{ reason: "IAM_PERMISSION_DENIED", metadata: { permission: "secretmanager.secrets.get", resource } }],
    });
  });

  it("makes the owner's projects, with no API enabled in them", async () => {
    const error = errorOf(await rest(local, "GET secretmanager.googleapis.com/v1/projects/fresh-project/secrets/x"));
    const consumer = `projects/${local.cloud.projects.find("fresh-project")?.projectNumber}`;
    expect(error).toMatchObject({
      status: "PERMISSION_DENIED",
      details: [{ reason: "SERVICE_DISABLED", metadata: { service: "secretmanager.googleapis.com", consumer } }],
    });
  });

  it("knows no project of anybody else", async () => {
    const target = "GET secretmanager.googleapis.com/v1/projects/others-project/secrets/x";
    const answer = await rest(local, target, { as: "user:jane@example.com" });
    expect(answer).toMatchObject({
      status: 403,
      body: { error: { message: "Permission denied on resource project others-project." } },
    });
    expect(local.cloud.projects.find("others-project")).toBeUndefined();
  });

  it("refuses a project id that cannot be one", async () => {
    const answer = await rest(local, "GET secretmanager.googleapis.com/v1/projects/P/secrets/x");
    expect(answer).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT" } } });
  });
});

describe("the journal", () => {
  it("has every call with its caller and outcome", async () => {
    await rest(local, `GET ${secrets}/nowhere`);
    await rest(local, `GET ${secrets}/first`, { as: "user:jane@example.com" });
    const method = "google.cloud.secretmanager.v1.SecretManagerService.GetSecret";
    expect(local.journal.list().slice(-2)).toMatchObject([
      { method, principal: "owner@example.com", code: "NOT_FOUND" },
      { method, principal: "jane@example.com", code: "PERMISSION_DENIED" },
    ]);
  });

  it("names the fields of a request that was invalid, and of no other", async () => {
    const body = { replication, colour: "red", labels: { a: 3 } };
    await rest(local, `POST ${secrets}?secretId=bad`, { body });
    expect(local.journal.list().at(-1)).toMatchObject({ violations: ["secret", "secret.labels.a"] });
    await rest(local, `GET ${secrets}/nowhere`);
    expect(local.journal.list().at(-1)).not.toHaveProperty("violations");
  });
});
