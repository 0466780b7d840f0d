import { execFile } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { seedExitCodes } from "../../../functions/jobs/seed/failure.ts";

/** Runs the program as its image does. */
function run(env: Record<string, string>): Promise<{ readonly code: unknown; readonly stdout: string }> {
  const program = new URL("../../../functions/jobs/seed.ts", import.meta.url).pathname;
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { env }, (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
  });
}

describe("the seed runner", () => {
  it("ends with the exit code of its failure, after a structured line that tells why", async () => {
    const { code, stdout } = await run({ RUN_ID: "r1", INSTANCE_HOST: "10.0.0.2", DB_PASS: "hush" });
    expect(code).toBe(seedExitCodes.settings);
    const line = { severity: "ERROR", message: "CLUSTER is not set", run: "r1", kind: "settings" };
    expect(
      stdout
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)),
    ).toEqual([line]);
  });
});
