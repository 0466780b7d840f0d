// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { runWorkflow } from "../../../cli/local/workflow.ts";
import { checkWorkflow } from "../../../cli/local/workflow-check.ts";
import type { Terminal } from "../../../cli/terminal.ts";

interface Told {
  readonly code: number;
  readonly text: string;
  readonly complaint: string;
  readonly json: Record<string, unknown>;
}

type Files = Readonly<Record<string, string>>;

/** Runs a command in a folder with these files and gathers what it tells. */
async function tell(files: Files, run: (at: (name: string) => string, terminal: Terminal) => Promise<number>) {
  const folder = await mkdtemp(join(tmpdir(), "alloyrun-workflow-"));
  const said: string[] = [];
  const complained: string[] = [];
  let json: Record<string, unknown> = {};
  const terminal: Terminal = {
    json: false,
    say: (lines) => void said.push(...lines),
    complain: (lines) => void complained.push(...lines),
    answer(value) {
      json = JSON.parse(JSON.stringify(value));
    },
    ask: undefined,
    screen: undefined,
  };
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const code = await run((name) => join(folder, name), terminal);
    const relative = (lines: readonly string[]) => lines.join("\n").replaceAll(`${folder}/`, "");
    return { code, text: relative(said), complaint: relative(complained), json } satisfies Told;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const loop = `main:
  params: [args]
  steps:
    - walk:
        for:
          value: n
          in: [1, 2]
          steps:
            - fetch:
                try: {call: http.get, args: {url: '\${"https://api.test/items/" + string(n)}'}, result: item}
                retry: \${http.default_retry}
            - rest: {call: sys.sleep, args: {seconds: 60}}
    - tell: {call: sys.log, args: {text: '\${args.who}', severity: INFO}}
    - done: {return: '\${item.body}'}
`.replace("    - walk:", "    - none: {assign: [{item: null}]}\n    - walk:");

const stubs = `calls:
  - method: get
    url: https://api.test/items/*
    replies: [{status: 503}, {body: {price: 2.0}, delay: 1.5}]
`;

describe("local workflow", () => {
  it("runs a definition on stubs and tells how it went", async () => {
    const files = { "a.yaml": loop, "stubs.yaml": stubs };
    const told = await tell(files, (at, terminal) =>
      runWorkflow({ file: at("a.yaml"), args: '{"who": "me"}', stub: at("stubs.yaml") }, terminal),
    );
    expect(told).toMatchObject({ code: 0, complaint: "" });
    expect(told.text.replace(/in [\d.]+ s$/m, "in no time")).toBe(
      [
        "✓ a.yaml succeeded: 8 steps, 2 min 4 s simulated in no time",
        "",
        "       begin         took  step",
        "       0.0 s        0.0 s  none           assign",
        "       0.0 s    2 min 4 s  walk           for",
        "       0.0 s    1 min 3 s    iteration 1",
        "       0.0 s        2.5 s      fetch      try retry except",
        '       0.0 s        0.0 s        try 1  ✗ {"body":null,"code":503,"headers":{},"message":"HTTP server responded with error code 503","tags":["…',
        '       0.0 s        0.0 s          fetch  std lib call  ✗ {"body":null,"code":503,"headers":{},"message":"HTTP server responded with error code 503","tags":["…',
        "       1.0 s        1.5 s        retry 2",
        "       1.0 s        1.5 s          fetch  std lib call",
        "       2.5 s        1 min      rest       std lib call",
        "   1 min 3 s    1 min 2 s    iteration 2",
        "   1 min 3 s        1.5 s      fetch      try retry except",
        "   1 min 3 s        1.5 s        try 1",
        "   1 min 3 s        1.5 s          fetch  std lib call",
        "   1 min 4 s        1 min      rest       std lib call",
        "   2 min 4 s        0.0 s  tell           std lib call",
        "   2 min 4 s        0.0 s  done           return",
        "",
        "log",
        "  INFO  me",
        "",
        "result",
        "  {",
        '    "price": 2.0',
        "  }",
      ].join("\n"),
    );
  });

  it("answers programs with times in seconds", async () => {
    const files = { "a.yaml": loop, "stubs.yaml": stubs };
    const { json } = await tell(files, (at, terminal) =>
      runWorkflow({ file: at("a.yaml"), args: '{"who": "me"}', stub: at("stubs.yaml") }, terminal),
    );
    expect(json).toMatchObject({ state: "SUCCEEDED", result: '{"price":2.0}', seconds: 124 });
    expect(json.log).toEqual([{ severity: "INFO", data: '"me"' }]);
    expect(json.steps).toContainEqual(expect.objectContaining({ step: "rest", begin: 2.5, end: 62.5 }));
  });

  it("names the stub that is missing", async () => {
    const told = await tell({ "a.yaml": loop }, (at, terminal) => runWorkflow({ file: at("a.yaml") }, terminal));
    expect(told.code).toBe(2);
    expect(told.complaint).toContain("No stub answers GET https://api.test/items/1");
    expect(told.complaint).toContain('    url: "https://api.test/items/1"');
    expect(told.json).toMatchObject({ unanswered: { method: "GET", url: "https://api.test/items/1" } });
  });

  it("ends with 1 when the execution fails, and names the places", async () => {
    const files = {
      "a.yaml": "main:\n  steps:\n    - first: {call: sub}\nsub:\n  steps:\n    - second: {raise: oh no}\n",
    };
    const told = await tell(files, (at, terminal) => runWorkflow({ file: at("a.yaml") }, terminal));
    expect(told.code).toBe(1);
    expect(told.text).toContain(
      'RuntimeError: "oh no"\n  at second of sub  a.yaml:6:7\n  at first of main  a.yaml:3:7',
    );
  });

  it.each([
    ["a definition that is not there", { file: "none.yaml" }, "none.yaml: there is no such file"],
    ["a definition that does not build", { file: "bad.yaml" }, "bad.yaml:1:19: error in step a: error evaluating"],
    ["an argument that is no JSON", { file: "a.yaml", args: "{" }, "--args: ValueError: invalid JSON at offset 1"],
    ["an argument that is too long", { file: "a.yaml", args: `"${"x".repeat(32_768)}"` }, "--args: longer than 32768"],
    [
      "stubs with an unknown field",
      { file: "a.yaml", stub: "odd.yaml" },
      "odd.yaml:2:5: unknown field 'uri' in a call",
    ],
    ["stubs that are no YAML", { file: "a.yaml", stub: "torn.yaml" }, "torn.yaml:1:"],
    ["a reply with an impossible status", { file: "a.yaml", stub: "status.yaml" }, "status.yaml:1:44: status must be"],
  ])("refuses %s with its place", async (_, { file, ...given }, message) => {
    const files = {
      "a.yaml": loop,
      "bad.yaml": "- a: { return: '${gone}' }",
      "odd.yaml": "calls:\n  - uri: https://api.test\n    url: https://api.test\n    reply: {}\n",
      "torn.yaml": "calls: [",
      "status.yaml": "calls: [{url: 'https://x', reply: {status: 99}}]",
    };
    const told = await tell(files, (at, terminal) => {
      const stub = "stub" in given && given.stub ? { stub: at(given.stub) } : {};
      return runWorkflow({ ...given, ...stub, file: at(file) }, terminal);
    });
    expect([told.code, told.complaint]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("local workflow check", () => {
  it("lists every step's problem in order", async () => {
    const files = { "a.yaml": "- a: { assign: [ x: '${gone}' ] }\n- b: { call: no.such }\n- c: { next: nowhere }\n" };
    const told = await tell(files, (at, terminal) => checkWorkflow(at("a.yaml"), terminal));
    expect(told.code).toBe(2);
    expect(told.complaint.split("\n").map((line) => line.split(": ")[0])).toEqual([
      "a.yaml:1:24",
      "a.yaml:2:14",
      "a.yaml:3:14",
    ]);
  });

  it("tells that a definition is valid", async () => {
    const told = await tell({ "a.yaml": loop }, (at, terminal) => checkWorkflow(at("a.yaml"), terminal));
    expect(told).toMatchObject({ code: 0, text: "a.yaml: the definition is valid.", json: { valid: true } });
  });
});
