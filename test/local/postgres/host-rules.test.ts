import { describe, expect, it } from "@jest/globals";
import { hostRules } from "../../../local/postgres/host-rules.ts";

const rules = (unencrypted: boolean, connectorsOnly: boolean) =>
  hostRules({ unencrypted, connectorsOnly }).trim().split("\n");

describe("hostRules", () => {
  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("keeps machinery and IAM roles from passwords, and ends in a refusal (%j, %j)", (unencrypted, connectorsOnly) => {
    const lines = rules(unencrypted, connectorsOnly);
    const firstPassword = lines.findIndex((line) => line.includes("scram-sha-256"));
    for (const role of ["alloydbadmin", "alloydbreplica", "+alloydbiamuser"]) {
      const refusal = lines.indexOf(`host all ${role} all reject`);
      expect(refusal).toBeGreaterThanOrEqual(0);
      expect(refusal).toBeLessThan(firstPassword);
    }
    expect(lines.at(-1)).toBe("host all all all reject");
  });

  it("lets logins without TLS in only when told so, and never beside connectors", () => {
    const isOpen = (lines: string[]) => lines.some((line) => line.startsWith("hostnossl"));
    expect([rules(false, false), rules(true, false), rules(true, true)].map(isOpen)).toEqual([false, true, false]);
  });
});
