import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { openAccountKeys } from "../../../local/access/account-keys.ts";
import { createTokens } from "../../../local/access/issuer.ts";
import { anonymous, owner, type Principal } from "../../../local/access/principal.ts";
import { signJwt } from "../../../local/access/rsa-key.ts";
import type { Tokens } from "../../../local/access/tokens.ts";
import { createStore, type Store } from "../../../local/store.ts";

const email = "robot@p.iam.gserviceaccount.com";
const robot: Principal = { kind: "serviceAccount", email, uniqueId: "123" };
const unauthenticated = expect.objectContaining({ code: "UNAUTHENTICATED" });
let store: Store;
let tokens: Tokens;

beforeEach(() => {
  store = createStore();
  tokens = createTokens({ store });
});
afterEach(() => {
  jest.useRealTimers();
});

describe("identify", () => {
  it("knows who is named, and that nobody is", () => {
    expect(tokens.identify(undefined)).toEqual({ principal: anonymous });
    expect(tokens.identify("Bearer owner")).toEqual({ principal: owner });
    expect(tokens.identify("bearer user:jane@example.com")).toEqual({
      principal: { kind: "user", email: "jane@example.com" },
    });
    expect(tokens.identify("Bearer user:owner@example.com")).toEqual({ principal: owner });
  });

  it("gives back the identity that a token was made for, its workload included", () => {
    const { token, expiresInSeconds } = tokens.accessToken({ principal: robot, workload: "service/1" });
    expect(expiresInSeconds).toBe(3599);
    expect(token).toMatch(/^ya29\./);
    expect(tokens.identify(`Bearer ${token}`)).toEqual({ principal: robot, workload: "service/1" });
    expect(tokens.accessToken({ principal: robot, workload: "service/1" }).token).not.toBe(token);
  });

  it.each(["Bearer", "Basic b3duZXI=", "Bearer nobody", "Bearer user:jane", "owner", "Bearer ya29.AAAA"])(
    "refuses %p",
    (header) => {
      expect(() => tokens.identify(header)).toThrow(unauthenticated);
    },
  );

  it("counts its own tokens after a restart, and no other cloud's", () => {
    const { token } = tokens.accessToken({ principal: robot });
    expect(createTokens({ store }).identify(`Bearer ${token}`)).toEqual({ principal: robot });
    expect(() => createTokens({ store: createStore() }).identify(`Bearer ${token}`)).toThrow(unauthenticated);
  });

  it("refuses a token of which any one character was changed", () => {
    const { token } = tokens.accessToken({ principal: robot });
    for (let at = 5; at < token.length; at += 1) {
      const other = token[at] === "A" ? "B" : "A";
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(() => tokens.identify(`Bearer ${changed}`)).toThrow(unauthenticated);
    }
  });

  it("refuses a token that has expired", () => {
    jest.useFakeTimers({ now: 0 });
    const { token } = tokens.accessToken({ principal: robot });
    const brief = tokens.accessToken({ principal: robot }, { lifetimeSeconds: 60 });
    jest.setSystemTime(62_000);
    expect(() => tokens.identify(`Bearer ${brief.token}`)).toThrow(unauthenticated);
    expect(tokens.identify(`Bearer ${token}`)).toEqual({ principal: robot });
    jest.setSystemTime(3600_001);
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
  });

  it("takes what an account's key signed for an API, while the key counts", () => {
    store.collection("iam.serviceAccounts").put(email, { email, uniqueId: "123" });
    const keys = openAccountKeys(store);
    const key = keys.managed({ email, uniqueId: "123" });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: email, sub: email, aud: "https://alloydb.googleapis.com/", iat: now, exp: now + 3600 };
    const signed = (change: object) => `Bearer ${signJwt(key, { ...claims, ...change })}`;
    expect(tokens.identify(signed({}))).toEqual({ principal: robot });
    expect(() => tokens.identify(signed({ exp: now - 1 }))).toThrow(unauthenticated);
    expect(() => tokens.identify(signed({ sub: "other@example.com" }))).toThrow(unauthenticated);
    expect(() => tokens.identify(signed({ aud: "https://example.com/" }))).toThrow(unauthenticated);
    keys.put({ email, uniqueId: "123" }, { ...key, disabled: true });
    expect(() => tokens.identify(signed({}))).toThrow(unauthenticated);
  });
});

describe("an account that is gone", () => {
  it("has no tokens that count", () => {
    let gone = false;
    tokens = createTokens({ store, isGone: () => gone });
    const { token } = tokens.accessToken({ principal: robot });
    const idToken = tokens.idToken({ principal: robot }, "https://a.run.app");
    const refresh = tokens.refreshToken(robot);
    expect(tokens.identify(`Bearer ${token}`)).toEqual({ principal: robot });
    expect(tokens.redeem(refresh)).toEqual(robot);
    gone = true;
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
    expect(() => tokens.verifyIdToken(idToken)).toThrow(unauthenticated);
    expect(tokens.redeem(refresh)).toBeUndefined();
    expect(tokens.identify("Bearer owner")).toEqual({ principal: owner });
  });
});

describe("idToken", () => {
  it("is signed by the published key and says who, for whom and until when", async () => {
    const [header = "", payload = "", signature = ""] = tokens
      .idToken({ principal: robot }, "https://a.run.app")
      .split(".");
    const { kid, alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as Record<string, string>;
    const certificate = new X509Certificate((await tokens.certificates())[kid ?? ""] ?? "");
    expect(alg).toBe("RS256");
    const bytes = [Buffer.from(`${header}.${payload}`), Buffer.from(signature, "base64url")] as const;
    expect(verify("RSA-SHA256", bytes[0], certificate.publicKey, bytes[1])).toBe(true);
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      iss: "https://accounts.google.com",
      aud: "https://a.run.app",
      email,
      sub: "123",
    });
    const [jwk] = tokens.jwks().keys;
    expect(jwk).toMatchObject({ kid, kty: "RSA" });
    expect(createPublicKey({ key: { ...jwk }, format: "jwk" }).equals(certificate.publicKey)).toBe(true);
  });

  it("is verified with its audience, also after a restart, and is no access token", () => {
    const token = tokens.idToken({ principal: robot }, "https://a.run.app");
    expect(createTokens({ store }).verifyIdToken(token)).toEqual({ principal: robot, audience: "https://a.run.app" });
    expect(tokens.verifyIdToken("owner")).toEqual({ principal: owner, audience: undefined });
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
    expect(() => tokens.verifyIdToken(`${token}x`)).toThrow(unauthenticated);
    expect(() => createTokens({ store: createStore() }).verifyIdToken(token)).toThrow(unauthenticated);
  });

  it("finds its account when it names none", () => {
    store.collection("iam.serviceAccounts").put(email, { email, uniqueId: "123" });
    const token = tokens.idToken({ principal: robot }, "https://a.run.app", { email: undefined });
    expect(tokens.verifyIdToken(token).principal).toEqual(robot);
  });
});

describe("revoke", () => {
  it("ends access and refresh tokens, and knows no others", () => {
    const { token } = tokens.accessToken({ principal: robot });
    const refresh = tokens.refreshToken(owner);
    expect([tokens.revoke(token), tokens.revoke(refresh), tokens.revoke("other")]).toEqual([true, true, false]);
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
    expect(tokens.redeem(refresh)).toBeUndefined();
  });
});
