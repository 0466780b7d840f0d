import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isTokenOf, keepLinkKey, peekToken, tokenOf } from "../../functions/link.ts";
import { createMemorySecrets } from "../support/memory-secrets.ts";

const link = { approval: "run-1-abc", approver: "ann@example.com" };
const secret = "projects/p/secrets/alloyrun-link-key";

describe("tokenOf", () => {
  it("says whom it lets decide about what, and is known again", () => {
    const token = tokenOf(link, "key");
    expect(peekToken(token)).toEqual(link);
    expect(isTokenOf(token, "key")).toBe(true);
    expect(tokenOf(link, "key")).toBe(token);
    expect(token).toMatch(/^[\w.-]+$/);
  });

  it("is good with its own key alone, and only as it was made", () => {
    const token = tokenOf(link, "key");
    expect(isTokenOf(token, "another")).toBe(false);
    const says = Buffer.from(JSON.stringify([link.approval, "eve@example.com"])).toString("base64url");
    expect(isTokenOf(`${says}.${token.split(".")[1]}`, "key")).toBe(false);
    // The last character of a base64 text has bits that mean nothing.
    const places = fc.nat(token.length - 2);
    fc.assert(
      fc.property(places, fc.constantFrom(..."ABCabc012-_."), (at, character) => {
        fc.pre(token[at] !== character);
        const changed = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(isTokenOf(changed, "key") && peekToken(changed) !== undefined).toBe(false);
      }),
    );
  });
});

describe("peekToken", () => {
  it("never fails, whatever it is given", () => {
    fc.assert(fc.property(fc.string(), (text) => void peekToken(text)));
    expect(peekToken(tokenOf({ ...link, approval: "../plans/x" }, "key"))).toBeUndefined();
    expect(peekToken("x".repeat(2000))).toBeUndefined();
  });
});

describe("keepLinkKey", () => {
  it("draws a key once, and finds the same ever after", async () => {
    const secrets = createMemorySecrets({ [secret]: [] });
    const key = await keepLinkKey(secrets, secret);
    expect(key.length).toBeGreaterThanOrEqual(43);
    expect(await keepLinkKey(secrets, secret)).toBe(key);
  });

  it("gives two that draw at once the same", async () => {
    const secrets = createMemorySecrets({ [secret]: [] });
    const [one, other] = await Promise.all([keepLinkKey(secrets, secret), keepLinkKey(secrets, secret)]);
    expect(one).toBe(other);
    expect(secrets.values(secret)).toHaveLength(2);
  });
});
