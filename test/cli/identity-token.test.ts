import { describe, expect, it } from "@jest/globals";
import { memberOf } from "../../cli/identity-token.ts";

const tokenOf = (payload: object) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

describe("memberOf", () => {
  it.each([
    [{ email: "ann@example.com" }, "user:ann@example.com"],
    [{ email: "ci@my-project.iam.gserviceaccount.com" }, "serviceAccount:ci@my-project.iam.gserviceaccount.com"],
    [{ sub: "1" }, undefined],
  ])("names whom %j is of", (payload, member) => {
    expect(memberOf(tokenOf(payload))).toBe(member);
  });

  it("knows nobody of what is no token", () => {
    expect(memberOf("")).toBeUndefined();
    expect(memberOf("a.b.c")).toBeUndefined();
  });
});
