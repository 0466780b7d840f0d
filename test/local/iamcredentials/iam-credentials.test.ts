import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseJwt } from "../../../local/access/rsa-key.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { createIamCredentials } from "../../../local/iamcredentials/iam-credentials.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const host = "iamcredentials.googleapis.com/v1";
const emailOf = (id: string) => `${id}@${testProject}.iam.gserviceaccount.com`;
const nameOf = (id: string) => `projects/-/serviceAccounts/${emailOf(id)}`;
const scope = ["https://www.googleapis.com/auth/cloud-platform"];
const jane = "user:jane@example.com";
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam, createIamCredentials] });
  const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
  for (const accountId of ["first-link", "last-link", "target-one", "other-one"]) {
    await rest(local, `POST ${accounts}`, { body: { accountId } });
  }
  await local.cloud.clock.advance(120_000);
  const allow = (id: string, member: string) =>
    local.cloud.access.setPolicy(`//iam.googleapis.com/projects/${testProject}/serviceAccounts/${emailOf(id)}`, {
      bindings: [{ role: "roles/iam.serviceAccountTokenCreator", members: [member] }],
    });
  allow("first-link", jane);
  allow("last-link", `serviceAccount:${emailOf("first-link")}`);
  allow("target-one", `serviceAccount:${emailOf("last-link")}`);
  await local.cloud.clock.advance(600_000);
}, 60_000);
afterAll(() => local.stop());

const ask = (id: string, method: string, body: object, as = jane) =>
  rest(local, `POST ${host}/${nameOf(id)}:${method}`, { as, body });
const identify = (token: unknown) => local.cloud.tokens.identify(`Bearer ${token}`).principal;

describe("generateAccessToken", () => {
  it("gives who may create tokens a token of the account, for as long as asked", async () => {
    const { body } = await ask("first-link", "generateAccessToken", { scope, lifetime: "300s" });
    expect(identify(body.accessToken)).toMatchObject({ email: emailOf("first-link") });
    const left = Date.parse(String(body.expireTime)) - Date.now();
    expect(left).toBeGreaterThan(290_000);
    expect(left).toBeLessThanOrEqual(300_000);
  });

  it("goes along a chain of delegates, each of which may stand for the next", async () => {
    const delegates = ["first-link", "last-link"].map(nameOf);
    const { body } = await ask("target-one", "generateAccessToken", { scope, delegates });
    expect(identify(body.accessToken)).toMatchObject({ email: emailOf("target-one") });
  });

  it.each([
    ["without the right", "other-one", []],
    ["for the end of a chain without the chain", "target-one", []],
    ["when a link is missing", "target-one", ["first-link"]],
    ["when the chain is in another order", "target-one", ["last-link", "first-link"]],
  ])("refuses %s", async (_, id, links) => {
    const answer = await ask(id, "generateAccessToken", { scope, delegates: links.map(nameOf) });
    expect(answer.status).toBe(403);
    expect(errorOf(answer).details).toMatchObject([{ reason: "IAM_PERMISSION_DENIED" }]);
  });

  it.each([
    ["no scope", { lifetime: "60s" }],
    ["more than an hour", { scope, lifetime: "3601s" }],
    ["no time", { scope, lifetime: "0s" }],
  ])("refuses %s", async (_, body) => {
    expect((await ask("first-link", "generateAccessToken", body)).status).toBe(400);
  });

  it("does not know an account that does not exist", async () => {
    const answer = await ask("nobody-here", "generateAccessToken", { scope }, "owner");
    expect(errorOf(answer)).toMatchObject({
      status: "NOT_FOUND",
      message: expect.stringContaining("Gaia id not found"),
    });
  });

  it("answers only where the API is enabled", async () => {
    local.cloud.projects.setUsable(testProject, "iamcredentials.googleapis.com", false);
    const answer = await ask("first-link", "generateAccessToken", { scope }, "owner");
    local.cloud.projects.setUsable(testProject, "iamcredentials.googleapis.com", true);
    expect(errorOf(answer).details).toMatchObject([{ reason: "SERVICE_DISABLED" }]);
  });
});

describe("generateIdToken", () => {
  it.each([
    [true, emailOf("first-link")],
    [false, undefined],
  ])("names the account by e-mail when that is asked: %p", async (includeEmail, email) => {
    const body = { audience: "https://a.run.app", includeEmail };
    const token = String((await ask("first-link", "generateIdToken", body)).body.token);
    expect(parseJwt(token)?.claims.email).toBe(email);
    const verified = local.cloud.tokens.verifyIdToken(token);
    expect(verified).toMatchObject({ audience: "https://a.run.app", principal: { email: emailOf("first-link") } });
  });
});

describe("signJwt", () => {
  it("signs claims that are valid for twelve hours at most", async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const good = await ask("first-link", "signJwt", { payload: JSON.stringify({ sub: "x", exp }) });
    expect(parseJwt(String(good.body.signedJwt))?.claims).toEqual({ sub: "x", exp });
    const long = { payload: JSON.stringify({ exp: exp + 12 * 3600 }) };
    expect((await ask("first-link", "signJwt", long)).status).toBe(400);
    expect((await ask("first-link", "signJwt", { payload: "no claims" })).status).toBe(400);
  });
});
