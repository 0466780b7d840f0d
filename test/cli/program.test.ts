import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { exitCodes } from "../../cli/exit-code.ts";
import { brokenSpecs } from "../spec/broken-specs.ts";
import { smallestText } from "../spec/example.ts";
import { projectFolder } from "../support/imports.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Processes start slowly on a machine that is busy with other tests. */
jest.setTimeout(60_000);

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "environment.yaml": smallestText,
    "app/server.ts": "export {};\n",
    "seed/001_users.sql": "CREATE TABLE users (id varchar(128));\n",
    "broken.yaml": smallestText.replace("region: asia-northeast1", "region: tokyo\n  colour: red"),
    "seedless.yaml": smallestText.replace("./seed", "./bad-seed"),
    "bad-seed/001.sql": "CREATE TABLE a (id int);\nINSERT INTO a VALUES ('unclosed);\n",
    "tab.yaml": "apiVersion: alloyrun/v1\n\tkind: Environment\n",
    "empty.yaml": "",
  });
});

afterAll(async () => folder[Symbol.asyncDispose]());

/** Runs the command line as a person would, in the folder of the specs. */
async function alloyrun(...args: readonly string[]): Promise<Ended> {
  const main = join(projectFolder, "cli/main.ts");
  const env = { PATH: process.env.PATH, HOME: folder.path, XDG_RUNTIME_DIR: folder.path };
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    cwd: folder.path,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

/** Each problem in one line again, whatever the screen is wide. */
const unwrapped = (text: string) => text.trimEnd().replaceAll(/\n {2}/g, " ");

describe("alloyrun validate", () => {
  it("says that a spec is valid", async () => {
    expect(await alloyrun("validate", "environment.yaml")).toEqual({
      code: exitCodes.ok,
      out: "environment.yaml: staging is valid.\n",
      err: "",
    });
  });

  it("answers one JSON document for programs", async () => {
    const { code, out, err } = await alloyrun("validate", "environment.yaml", "--json");
    expect({ code, err }).toEqual({ code: exitCodes.ok, err: "" });
    expect(JSON.parse(out)).toEqual({ valid: true, environment: "staging", problems: [] });
  });

  it("lists every problem as file:line:column with its fix, on standard error only", async () => {
    const { code, out, err } = await alloyrun("validate", "broken.yaml");
    expect({ code, out }).toEqual({ code: exitCodes.invalid, out: "" });
    expect(unwrapped(err).split("\n")).toEqual([
      expect.stringMatching(/^broken\.yaml:6:\d+: spec\.region: .+ — .+/),
      expect.stringMatching(/^broken\.yaml:7:3: spec\.colour: .+ — .+/),
    ]);
  });

  it("gives the same problems as JSON", async () => {
    const { code, out } = await alloyrun("validate", "broken.yaml", "--json");
    expect(code).toBe(exitCodes.invalid);
    const answer = JSON.parse(out);
    expect(answer.valid).toBe(false);
    expect(answer.problems).toMatchObject([
      { line: 6, path: "spec.region" },
      { line: 7, path: "spec.colour" },
    ]);
  });

  it.each([
    ["seedless.yaml", /^bad-seed\/001\.sql:2:\d+: .+ — .+/],
    ["tab.yaml", /^tab\.yaml:2:1: .+tab.+ — .+/],
    ["empty.yaml", /^empty\.yaml:1:1: .+ — .+/],
    ["nowhere.yaml", /^nowhere\.yaml:1:1: there is no file nowhere\.yaml — /],
    ["app", /^app:1:1: app is a folder — /],
  ])("points into %s", async (file, line) => {
    const { code, out, err } = await alloyrun("validate", file);
    expect({ code, out }).toEqual({ code: exitCodes.invalid, out: "" });
    expect(unwrapped(err)).toMatch(line);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("alloyrun up", () => {
  it("touches nothing for a broken spec, on Google Cloud or here", async () => {
    const broken = brokenSpecs[0]?.text ?? "";
    await writeFiles(folder.path, { "first.yaml": broken });
    for (const place of [[], ["--once"]]) {
      const { code, out, err } = await alloyrun("up", "first.yaml", ...place);
      expect({ code, out }).toEqual({ code: exitCodes.invalid, out: "" });
      expect(err).toMatch(/^first\.yaml:\d+:\d+: /);
    }
  });
});

describe("alloyrun", () => {
  it.each([
    [["nonsense"], /unknown command 'nonsense'/],
    [["validate", "environment.yaml", "--jason"], /unknown option '--jason'.*--json/s],
    [["down", "staging"], /--project <id>.* not specified/],
    [["plan", "environment.yaml", "--level", "half"], /Allowed choices are app, data, database, all/],
    [["plan", "environment.yaml", "--level", "app", "--of", "down"], /--level is only for --of rebuild/],
    [["plan", "environment.yaml", "--ttl", "5h", "--of", "down"], /--ttl is only for --of up/],
    [["up", "environment.yaml", "--ttl", "5h", "--local"], /'--ttl <duration>' cannot be used with option '--local'/],
    [["up", "environment.yaml", "--plan", "abc"], /all 64 digits/],
    [["up", "environment.yaml", "--on-busy", "wait"], /Allowed choices are queue, join, fail/],
    [["extend", "staging", "--project", "p"], /--by <duration>.* not specified/],
    [["freeze", "staging", "--project", "p", "--for", "8h"], /--reason <text>.* not specified/],
    [["reject", "run-1", "--project", "p"], /--reason <text>.* not specified/],
    [["audit", "staging", "--project", "p", "--from", "monday"], /write a day/],
    [["local", "start", "--pace", "0"], /a factor from 1, or max/],
    [["local", "clock", "advance", "5 minutes"], /write for example 90s/],
  ])("refuses %j without touching anything", async (args, message) => {
    const { code, out, err } = await alloyrun(...args);
    expect({ code, out }).toEqual({ code: exitCodes.invalid, out: "" });
    expect(err).toMatch(message);
  });

  it("shows its help on standard error when nothing is asked", async () => {
    const { code, out, err } = await alloyrun();
    expect({ code, out }).toEqual({ code: exitCodes.invalid, out: "" });
    expect(err).toContain("Usage: alloyrun");
  });

  it("lists every exit code in its help", async () => {
    const { code, out } = await alloyrun("--help");
    expect(code).toBe(exitCodes.ok);
    const listed = out.slice(out.indexOf("Exit codes:"));
    for (const known of Object.values(exitCodes)) expect(listed).toMatch(new RegExp(`\\b${known} [a-z]`));
  });
});

describe("alloyrun local", () => {
  it.each([["stop"], ["clock", "advance", "30m"]])(
    "%s says that none is running, and how to start one",
    async (...args) => {
      const { code, out, err } = await alloyrun("local", ...args);
      expect({ code, out }).toEqual({ code: exitCodes.failed, out: "" });
      expect(err).toBe("no local Google Cloud is running: start one with `alloyrun local start`\n");
    },
  );
});
