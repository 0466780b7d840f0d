import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type LocalCloud, startLocalCloud } from "../../local/main.ts";
import { localUrl } from "../../local/run/local-url.ts";
import { region } from "./support/environment.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The commands of a section, as they are printed. */
function commandsOf(section: string): readonly string[] {
  const [, text = ""] = readme.split(`\n## ${section}\n`);
  const [, block = ""] = /\n```\n(.*?)\n```\n/s.exec(text) ?? [];
  return block.split("\n").filter((line) => line !== "");
}

interface Ended {
  readonly code: number;
  readonly printed: string;
}

describe("the README's way from a laptop to a real project, word for word", () => {
  const commands = commandsOf("On a real project");
  let local: LocalCloud;
  let env: Record<string, string>;

  beforeAll(async () => {
    local = await startLocalCloud({ offline: true });
    // The registry is no part of this: npx finds the command in the clone.
    const quiet = { npm_config_update_notifier: "false", npm_config_offline: "true" };
    const { PATH = "", HOME = "" } = process.env;
    env = { PATH, HOME, ...quiet, ...(await local.environment({ project: "my-project" })) };
  }, 120_000);

  afterAll(() => local?.stop(), 60_000);

  /** Types the one command that begins so, as it is printed. */
  async function type(beginning: string): Promise<Ended> {
    const [command = "", ...others] = commands.filter((line) => line.startsWith(beginning));
    expect({ beginning, command, others }).toEqual({ beginning, command: expect.stringMatching(/./), others: [] });
    return new Promise((resolve) => {
      execFile("/bin/sh", ["-c", command], { cwd: root, env }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, printed: stdout + stderr });
      });
    });
  }

  it("has no command that is not tried here", () => {
    expect(commands.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "npx alloyrun validate",
      "npx alloyrun doctor",
      "npx alloyrun deploy",
      "npx alloyrun up",
      "npx alloyrun down",
      "npx alloyrun sweep",
    ]);
  });

  it("finds the spec in order, and what the project lacks, with the command that mends it", async () => {
    expect(await type("npx alloyrun validate")).toMatchObject({ code: 0 });
    const { code, printed } = await type("npx alloyrun doctor");
    expect({ code, printed }).toEqual({
      code: 8,
      printed: expect.stringContaining("alloyrun deploy --project my-project"),
    });
  }, 120_000);

  it("installs, builds, and answers", async () => {
    expect(await type("npx alloyrun deploy")).toMatchObject({ code: 0 });
    expect(await type("npx alloyrun doctor")).toMatchObject({ code: 0 });
    const { code, printed } = await type("npx alloyrun up");
    expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining("Select Users: [{3 sasashun}]") });
    const url = localUrl(local.cloud, `projects/my-project/locations/${region}/services/service-alloyrun`);
    expect(await (await fetch(url ?? "")).text()).toContain("Select Users: [{3 sasashun}]");
  }, 400_000);

  it("takes all of it down again, once Google has released it", async () => {
    // Google may have released all of it by then, or not.
    const { code, printed } = await type("npx alloyrun down");
    expect([0, 3]).toContain(code);
    expect(printed).toContain(code === 0 ? "users is gone" : "alloyrun sweep --project my-project");
    let swept = await type("npx alloyrun sweep");
    for (let tries = 0; swept.code === 3 && tries < 12; tries += 1) {
      await local.cloud.clock.advance(6 * 3_600_000);
      swept = await type("npx alloyrun sweep");
    }
    expect(swept).toMatchObject({ code: 0 });
  }, 400_000);
});
