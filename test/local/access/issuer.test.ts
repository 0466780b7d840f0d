import { createPublicKey, verify } from "node:crypto";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { createTokens } from "../../../local/access/issuer.ts";
import { anonymous, owner, type Principal } from "../../../local/access/principal.ts";

const robot: Principal = { kind: "serviceAccount", email: "robot@p.iam.gserviceaccount.com", uniqueId: "123" };
const unauthenticated = expect.objectContaining({ code: "UNAUTHENTICATED" });

afterEach(() => {
  jest.useRealTimers();
});

describe("identify", () => {
  it("knows whom a header stands for", () => {
    const tokens = createTokens();
    expect(tokens.identify(undefined)).toEqual({ principal: anonymous });
    expect(tokens.identify("Bearer owner")).toEqual({ principal: owner });
    expect(tokens.identify("bearer user:jane@example.com")).toEqual({
      principal: { kind: "user", email: "jane@example.com" },
    });
    expect(tokens.identify("Bearer user:owner@example.com")).toEqual({ principal: owner });
  });

  it("gives back the identity that a token was made for, its workload included", () => {
    const tokens = createTokens();
    const { token, expiresInSeconds } = tokens.accessToken({ principal: robot, workload: "service/1" });
    expect(expiresInSeconds).toBeGreaterThan(3000);
    expect(tokens.identify(`Bearer ${token}`)).toEqual({ principal: robot, workload: "service/1" });
  });

  it.each(["Bearer", "Basic b3duZXI=", "Bearer nobody", "Bearer user:jane", "owner"])("refuses %p", (header) => {
    expect(() => createTokens().identify(header)).toThrow(unauthenticated);
  });

  it("refuses a token that has expired, or that another cloud gave", () => {
    jest.useFakeTimers({ now: 0 });
    const tokens = createTokens();
    const { token } = tokens.accessToken({ principal: robot });
    expect(() => createTokens().identify(`Bearer ${token}`)).toThrow(unauthenticated);
    jest.setSystemTime(3600_001);
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
  });
});

describe("an account that is gone", () => {
  it("has no tokens that count", () => {
    let isGone = false;
    const tokens = createTokens(() => isGone);
    const { token } = tokens.accessToken({ principal: robot });
    const idToken = tokens.idToken({ principal: robot }, "https://a.run.app");
    expect(tokens.identify(`Bearer ${token}`)).toEqual({ principal: robot });
    isGone = true;
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
    expect(() => tokens.verifyIdToken(idToken)).toThrow(unauthenticated);
    expect(tokens.identify("Bearer owner")).toEqual({ principal: owner });
  });
});

describe("idToken", () => {
  it("is signed by the published key and says who, for whom and until when", () => {
    const tokens = createTokens();
    const [header = "", payload = "", signature = ""] = tokens
      .idToken({ principal: robot }, "https://a.run.app")
      .split(".");
    const { kid, alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as Record<string, string>;
    const key = createPublicKey(tokens.certificates()[kid ?? ""] ?? "");
    expect(alg).toBe("RS256");
    expect(verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))).toBe(
      true,
    );
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      iss: "https://accounts.google.com",
      aud: "https://a.run.app",
      email: robot.email,
      sub: "123",
    });
    expect(tokens.publicKeys().jwks.keys).toMatchObject([{ kid, kty: "RSA" }]);
  });

  it("is verified with its audience, and is no access token", () => {
    const tokens = createTokens();
    const token = tokens.idToken({ principal: robot, workload: "w" }, "https://a.run.app");
    expect(tokens.verifyIdToken(token)).toEqual({ principal: robot, workload: "w", audience: "https://a.run.app" });
    expect(tokens.verifyIdToken("owner")).toEqual({ principal: owner, audience: undefined });
    expect(() => tokens.identify(`Bearer ${token}`)).toThrow(unauthenticated);
    expect(() => tokens.verifyIdToken(`${token}x`)).toThrow(unauthenticated);
  });
});
