import { createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openAccountKeys } from "../../../local/access/account-keys.ts";
import { parseJwt, signJwt } from "../../../local/access/rsa-key.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const email = `robot@${testProject}.iam.gserviceaccount.com`;
const robot = { email, uniqueId: "123456789012345678901" };
const token = "POST oauth2.googleapis.com/token";
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam] });
  const record = { ...robot, projectId: testProject, etag: "AA==", visibleAt: 0 };
  local.cloud.store.collection("iam.serviceAccounts").put(email, record);
}, 60_000);
afterAll(() => local.stop());

const principal = { kind: "serviceAccount", ...robot } as const;
const form = (fields: Record<string, string>) => ({
  as: "",
  body: new URLSearchParams(fields).toString(),
  headers: { "content-type": "application/x-www-form-urlencoded" },
});

/** What an account's key says to the token page. */
function assertion(change: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: email, aud: "https://oauth2.googleapis.com/token", scope: "a b", iat: now, exp: now + 3600 };
  return signJwt(openAccountKeys(local.cloud.store).managed(robot), { ...claims, ...change });
}
const exchange = (text: string) =>
  rest(local, token, form({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: text }));

describe("the token page", () => {
  it("gives a person's tokens for the refresh token of the credentials file, and none after it was revoked", async () => {
    const refresh_token = local.cloud.tokens.refreshToken({ kind: "user", email: "jane@example.com" });
    const fields = { grant_type: "refresh_token", client_id: "some-client", client_secret: "s", refresh_token };
    const { status, body } = await rest(local, token, form(fields));
    expect({ status, body }).toMatchObject({ status: 200, body: { expires_in: 3599, token_type: "Bearer" } });
    expect(local.cloud.tokens.identify(`Bearer ${body.access_token}`).principal).toMatchObject({
      email: "jane@example.com",
    });
    expect(parseJwt(String(body.id_token))?.claims).toMatchObject({ aud: "some-client", email: "jane@example.com" });
    await rest(local, "POST oauth2.googleapis.com/revoke", form({ token: refresh_token }));
    expect(await rest(local, token, form(fields))).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });

  it("gives an account's tokens for what its key has signed", async () => {
    const { body } = await exchange(assertion());
    expect(local.cloud.tokens.inspect(String(body.access_token))).toMatchObject({ principal, scopes: ["a", "b"] });
    const idToken = await exchange(assertion({ scope: undefined, target_audience: "https://a.run.app" }));
    expect(idToken.body.access_token).toBeUndefined();
    expect(local.cloud.tokens.verifyIdToken(String(idToken.body.id_token))).toEqual({
      principal,
      audience: "https://a.run.app",
    });
  });

  it.each([
    ["another audience", { aud: "https://example.com" }, "invalid_grant"],
    ["an hour that is over", { iat: 1000, exp: 4600 }, "invalid_grant"],
    ["more than an hour", { exp: Math.floor(Date.now() / 1000) + 7200 }, "invalid_grant"],
    ["no scope", { scope: undefined }, "invalid_scope"],
    ["another subject", { sub: "jane@example.com" }, "unauthorized_client"],
    ["an unknown issuer", { iss: "nobody@example.com" }, "invalid_grant"],
  ])("refuses an assertion with %s", async (_, change, error) => {
    expect((await exchange(assertion(change))).body).toMatchObject({ error });
  });

  it("refuses a signature by another key, and an account that is disabled", async () => {
    const accounts = local.cloud.store.collection<object>("iam.serviceAccounts");
    const signed = assertion();
    expect((await exchange(`${signed.slice(0, -8)}AAAAAAAA`)).body).toMatchObject({ error: "invalid_grant" });
    const present = accounts.get(email) ?? {};
    accounts.put(email, { ...present, disabled: true });
    expect((await exchange(signed)).body).toMatchObject({ error: "invalid_grant" });
    accounts.put(email, present);
  });

  it.each([
    ["oauth2.googleapis.com/token", { grant_type: "authorization_code", code: "x" }, "unsupported_grant_type"],
    ["oauth2.googleapis.com/token", {}, "invalid_request"],
    ["oauth2.googleapis.com/token", { grant_type: "refresh_token", refresh_token: "1//0AAAA" }, "invalid_grant"],
    ["sts.googleapis.com/v1/token", { grant_type: "token-exchange" }, "unsupported_grant_type"],
  ])("%s refuses %p", async (page, fields, error) => {
    expect(await rest(local, `POST ${page}`, form(fields))).toMatchObject({ status: 400, body: { error } });
  });
});

describe("the pages that explain tokens", () => {
  it("tell what an access token says, and refuse what is none", async () => {
    const { token: one } = local.cloud.tokens.accessToken({ principal }, { lifetimeSeconds: 100, scopes: ["x"] });
    const { body } = await rest(local, `GET oauth2.googleapis.com/tokeninfo?access_token=${one}`);
    expect(body).toMatchObject({ email, scope: "x", sub: robot.uniqueId, email_verified: "true" });
    expect(Number(body.expires_in)).toBeLessThanOrEqual(101);
    const refused = await rest(local, "GET oauth2.googleapis.com/tokeninfo?access_token=ya29.x");
    expect(refused).toMatchObject({ status: 400, body: { error: "invalid_token" } });
  });

  it("tell the claims of an ID token as text", async () => {
    const idToken = local.cloud.tokens.idToken({ principal }, "https://a.run.app");
    const { body } = await rest(local, `GET oauth2.googleapis.com/tokeninfo?id_token=${idToken}`);
    expect(body).toMatchObject({ aud: "https://a.run.app", email, alg: "RS256", email_verified: "true" });
  });

  it.each([
    ["www.googleapis.com/oauth2/v1/userinfo", { id: robot.uniqueId, email, verified_email: true }],
    ["openidconnect.googleapis.com/v1/userinfo", { sub: robot.uniqueId, email, email_verified: true }],
  ])("%s names the bearer", async (page, expected) => {
    const { token: one } = local.cloud.tokens.accessToken({ principal });
    expect((await rest(local, `GET ${page}`, { as: one })).body).toEqual(expected);
    expect((await rest(local, `GET ${page}`, { as: "nobody" })).status).toBe(401);
  });

  it("publish the key that ID tokens are verified with, by way of the discovery document", async () => {
    const { body } = await rest(local, "GET accounts.google.com/.well-known/openid-configuration");
    const set = await rest(local, `GET ${String(body.jwks_uri).replace("https://", "")}`);
    const [jwk] = set.body.keys as { n: string; e: string; kty: string; kid: string }[];
    const [header = "", payload = "", signature = ""] = local.cloud.tokens.idToken({ principal }, "a").split(".");
    const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"))).toBe(true);
    expect(body.issuer).toBe("https://accounts.google.com");
  });

  it("know nothing of an account that does not exist", async () => {
    const page = "www.googleapis.com/service_accounts/v1/jwk";
    const { keyId } = openAccountKeys(local.cloud.store).managed(robot);
    expect((await rest(local, `GET ${page}/${email}`)).body).toMatchObject({ keys: [{ kid: keyId }] });
    expect((await rest(local, `GET ${page}/nobody@example.com`)).status).toBe(404);
  });
});
