import { describe, expect, it } from "@jest/globals";
import { protectionIn, refuseProtected } from "../../../functions/lock/protection.ts";

const specWith = (policy: string, apiVersion = "alloyrun/v1") =>
  `apiVersion: ${apiVersion}\nspec:\n  policy: ${policy}\n`;

describe("protectionIn", () => {
  it.each([
    ["protected", specWith("{ protect: true }")],
    ["protected", specWith("{ protect: true }", "alloyrun/v2")],
    ["protected", "spec: &all\n  policy: *gone\n  protect: true # for the demo\n"],
    ["protected", 'spec: { "protect": "true" '],
    ["protected", specWith("{ protect: yes }")],
    ["unprotected", specWith("{ protect: false }")],
    ["unprotected", "apiVersion: alloyrun/v1\nspec: { region: mars }\n"],
    ["unknown", specWith("{ protect: false }", "alloyrun/v2")],
    ["unknown", "apiVersion: alloyrun/v1\nspec: [policy: # protect: true\n"],
    ["unknown", "apiVersion: alloyrun/v1\n"],
    ["unknown", ""],
  ])("is %s of %j", (protection, text) => {
    expect(protectionIn(text)).toBe(protection);
  });
});

describe("refuseProtected", () => {
  const down = { environment: "users", action: "down", level: "app" } as const;

  it.each([
    ["protected", { ...down, unprotected: true }, "PROTECTED"],
    ["unknown", down, "PROTECTION_UNKNOWN"],
    ["unknown", { ...down, action: "rebuild", level: "data" }, "PROTECTION_UNKNOWN"],
  ] as const)("refuses, where it is %s, %j", (protection, request, reason) => {
    expect(() => refuseProtected(protection, request)).toThrow(expect.objectContaining({ reason }));
  });

  it.each([
    ["protected", { ...down, action: "rebuild" }],
    ["protected", { ...down, teardown: "1" }],
    ["unknown", { ...down, unprotected: true }],
    ["unprotected", down],
  ] as const)("lets pass, where it is %s, %j", (protection, request) => {
    expect(() => refuseProtected(protection, request)).not.toThrow();
  });
});
