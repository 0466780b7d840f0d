import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "@jest/globals";
import { bundleProgram, programFile } from "../../deploy/bundle.ts";
import { seedExitCodes } from "../../functions/jobs/seed/failure.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Runs the bundle of the seed runner from a folder that holds nothing else. */
async function runSeedRunner(env: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
  await using folder = await temporaryFolder();
  const { files } = await bundleProgram("functions/jobs/seed.ts");
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder.path, name), bytes);
  const child = spawn(process.execPath, [programFile], { cwd: folder.path, env, stdio: ["ignore", "pipe", "pipe"] });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}

describe("the seed runner's bundle", () => {
  it("ends with its documented code and names the variable that is missing", async () => {
    const { code, output } = await runSeedRunner({});
    expect(output).toContain("INSTANCE_HOST is not set");
    expect(JSON.parse(output.trim())).toMatchObject({ severity: "ERROR", kind: "settings" });
    expect(code).toBe(seedExitCodes.settings);
  });

  it("prints no secret of a malformed environment", async () => {
    const { code, output } = await runSeedRunner({
      INSTANCE_HOST: "10.0.0.2",
      DB_USER: "postgres",
      DB_PASS: "hunter2",
    });
    expect(code).toBe(seedExitCodes.settings);
    expect(output).not.toContain("hunter2");
  });
});
