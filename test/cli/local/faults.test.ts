import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { noteRunning } from "../../../cli/local/running.ts";
import { createProgram } from "../../../cli/program.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createToySecrets } from "../../local/server/toy-secrets.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const before = process.env.XDG_RUNTIME_DIR;
let folder: TemporaryFolder;
let local: LocalCloud;

beforeAll(async () => {
  folder = await temporaryFolder();
  process.env.XDG_RUNTIME_DIR = folder.path;
  local = await startTestCloud({ apis: [createToySecrets] });
  await noteRunning({ port: local.port, pid: process.pid });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(async () => {
  await local.stop();
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  await folder[Symbol.asyncDispose]();
});

/** What a command line prints. */
async function run(line: string): Promise<string> {
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await createProgram()
      .exitOverride()
      .parseAsync(["node", "alloyrun", "local", ...line.split(" ")]);
  } finally {
    write.mockRestore();
  }
  return printed.join("");
}

describe("alloyrun local fault", () => {
  it.each([
    [
      "call *.Get --error 503 --message away --nth 2",
      { on: "call", match: "*.Get", when: { nth: 2 }, effect: { kind: "error", code: "UNAVAILABLE", message: "away" } },
      'call *.Get number 2 → UNAVAILABLE "away"',
    ],
    [
      "call * --close --after --share 5% --caller x@*",
      { on: "call", match: "*", caller: "x@*", when: { share: 0.05 }, effect: { kind: "close", after: true } },
      "call * by x@* 5% → connection closed after its effect",
    ],
    [
      "site *.run.app --timeout 30s --from 1m --until 1h",
      {
        on: "site",
        match: "*.run.app",
        when: { fromSeconds: 60, untilSeconds: 3600 },
        effect: { kind: "timeout", seconds: 30 },
      },
      "site *.run.app from 1 min, until 1 h → no answer for 30 s",
    ],
    [
      "operation network.* --slow 2.5x --times 1",
      { on: "operation", match: "network.*", when: { times: 1 }, effect: { kind: "slow", factor: 2.5 } },
      "operation network.* at most 1 times → slow 2.5×",
    ],
    ["operation * --never", { on: "operation", match: "*", effect: { kind: "never" } }, "operation * → never ends"],
  ])("add %s", async (options, rule, line) => {
    expect(await run(`fault add ${options} --id f`)).toBe("f\n");
    expect(local.faults.plan().faults).toEqual([{ id: "f", ...rule }]);
    expect(await run("fault list")).toBe(`f  ${line}  (happened 0 of 0 times)\n`);
    await run("fault remove f");
    expect(await run("fault list")).toBe("nothing is planned\n");
  });

  it("plans quotas, and carries a whole plan in a file", async () => {
    const file = join(folder.path, "plan.json");
    await run("fault rate secretmanager.googleapis.com 0 --metric Reads");
    await run("fault limit NETWORKS 5");
    await run(`fault export ${file}`);
    const plan = JSON.parse(await readFile(file, "utf8"));
    await run("fault clear");
    expect(await run(`fault import ${file}`)).toBe("rate-1\nlimit-1\n");
    expect(local.faults.plan()).toEqual(plan);
    const answer = await rest(local, `GET secretmanager.googleapis.com/v1/projects/${testProject}/secrets/none`);
    expect(answer.status).toBe(429);
  });

  it.each([
    ["fault add call *", "say one of --error, --close, --timeout, --never and --slow"],
    ["fault add call * --never", "the local Google Cloud refused: faults[0].effect.kind must be one of"],
    ["fault remove none", "the local Google Cloud refused: none is not planned."],
  ])("refuses %s", async (line, message) => {
    await expect(run(line)).rejects.toThrow(message);
  });
});

describe("alloyrun local log", () => {
  it("prints what happened as lines or as JSON", async () => {
    await rest(local, `GET secretmanager.googleapis.com/v1/projects/${testProject}/secrets/logged`);
    expect(await run("log")).toMatch(/NOT_FOUND +secretmanager GetSecret projects\/test-project\/secrets\/logged/);
    const entries = (await run("log --json")).trim().split("\n");
    expect(JSON.parse(entries.at(-1) ?? "")).toMatchObject({ kind: "call", code: "NOT_FOUND" });
    expect(await run("timeline")).toBe("nothing has happened yet\n");
  });
});
