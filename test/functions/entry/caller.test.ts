import { describe, expect, it } from "@jest/globals";
import { emailOfCaller } from "../../../functions/entry/caller.ts";

function tokenOf(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(payload)}.SIGNATURE_REMOVED_BY_GOOGLE`;
}

describe("emailOfCaller", () => {
  it("reads the address from the token that Cloud Run hands on", () => {
    expect(emailOfCaller({ authorization: `Bearer ${tokenOf({ email: "a@example.com" })}` })).toBe("a@example.com");
  });

  it("believes the header that Cloud Run has checked when there are two", () => {
    const headers = {
      "x-serverless-authorization": `bearer ${tokenOf({ email: "checked@example.com" })}`,
      authorization: `Bearer ${tokenOf({ email: "forged@example.com" })}`,
    };
    expect(emailOfCaller(headers)).toBe("checked@example.com");
  });

  it.each([
    ["no header", {}],
    ["an access token", { authorization: "Bearer ya29.opaque" }],
    ["a token without an address", { authorization: `Bearer ${tokenOf({ sub: "1" })}` }],
  ])("refuses %s", (_what, headers) => {
    expect(() => emailOfCaller(headers)).toThrow(expect.objectContaining({ code: "UNAUTHENTICATED" }));
  });
});
