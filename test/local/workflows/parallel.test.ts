// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { Clock } from "../../../local/clock.ts";
import { jsonResponse } from "../../../local/http.ts";
import { runDefinition } from "../../../local/workflows/run-definition.ts";
import { failureOf, resultOf } from "./support.ts";

const start = "- start: { assign: [ n: 0, m: {} ] }\n";
const give = "\n- give: { return: ['${n}', '${m}'] }";

describe("parallel", () => {
  it("runs branches side by side and lets them change what is shared", async () => {
    const source = `${start}- p:
    parallel:
      shared: [n, m]
      branches:
        - left: { steps: [ a: { call: sys.sleep, args: { seconds: 60 } }, b: { assign: [ n: '\${n + 1}', m.left: 1 ] } ] }
        - right: { steps: [ c: { call: sys.sleep, args: { seconds: 90 } }, d: { assign: [ n: '\${n + 10}', m.right: 2 ] } ] }${give}`;
    const clock = new Clock({ pace: "max", start: 0 });
    expect(await resultOf(source, { clock })).toBe('[11,{"left":1,"right":2}]');
    expect(Math.round(clock.now() / 1000)).toBe(90);
    clock.close();
  });

  it("gives every iteration its own value, index and locals", async () => {
    const source = `${start}- p:
    parallel:
      shared: [m]
      for: { value: v, index: i, in: [a, b, c], steps: [ w: { call: sys.sleep, args: { seconds: '\${3 - i}' } }, k: { assign: [ own: '\${v + string(i)}', 'm[v]': '\${own}' ] } ] }${give}`;
    expect(await resultOf(source)).toBe('[0,{"a":"a0","b":"b1","c":"c2"}]');
  });

  it("loses no update when one entry reads and writes", async () => {
    const source = `${start}- p:
    parallel:
      shared: [n]
      for: { value: v, range: [1, 50], steps: [ w: { call: sys.sleep, args: { seconds: 1 } }, k: { assign: [ n: '\${n + v}' ] } ] }${give}`;
    expect(await resultOf(source)).toBe("[1275,{}]");
  });

  it.each([
    ["20 at a time", "", 40, 20],
    ["as many as concurrency_limit says", "concurrency_limit: 3", 9, 3],
    ["no more than 20 whatever it says", "concurrency_limit: 99", 40, 20],
  ])("runs %s", async (_, limit, items, most) => {
    const clock = new Clock({ pace: "max", start: 0 });
    let running = 0;
    let peak = 0;
    const fetch = async () => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return jsonResponse(200, {});
    };
    const source = `- p:
    parallel:
      ${limit}
      for: { value: v, range: [1, ${items}], steps: [ g: { call: http.get, args: { url: 'https://x.test' } } ] }`;
    expect(await resultOf(source, { clock, fetch })).toBe("null");
    expect(peak).toBe(most);
    clock.close();
  });

  it("waits for all branches, then raises one error with every unhandled one", async () => {
    const source = `${start}- p:
    try:
      parallel:
        shared: [n]
        branches:
          - bad: { steps: [ r: { raise: broken } ] }
          - good: { steps: [ w: { call: sys.sleep, args: { seconds: 5 } }, k: { assign: [ n: 1 ] } ] }
          - worse: { steps: [ z: { assign: [ q: '\${1 / 0}' ] } ] }
    except: { as: e, steps: [ g: { return: { n: '\${n}', e: '\${e}' } } ] }`;
    expect(JSON.parse(await resultOf(source))).toEqual({
      n: 1,
      e: {
        message: "UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error",
        tags: ["UnhandledBranchError", "RuntimeError"],
        truncated: false,
        branches: [
          {
            id: "bad",
            error: { payload: '"broken"', context: expect.stringContaining('in step "r", routine "main", line: 7') },
          },
          {
            id: "worse",
            error: {
              payload: expect.stringContaining("ZeroDivisionError"),
              context: expect.stringContaining('in step "z"'),
            },
          },
        ],
      },
    });
  });

  it("keeps a hundred of the errors", async () => {
    const source = "- p: { parallel: { for: { value: v, range: [1, 130], steps: [ r: { raise: '${v}' } ] } } }";
    const { payload } = await failureOf(source);
    const error = JSON.parse(payload);
    expect([error.branches.length, error.truncated]).toEqual([100, true]);
  });

  it("continues with the next iteration", async () => {
    const source = `${start}- p:
    parallel:
      shared: [n]
      for: { value: v, in: [1, 2, 3], steps: [ s: { switch: [ { condition: '\${v == 2}', next: continue } ] }, k: { assign: [ n: '\${n + v}' ] } ] }${give}`;
    expect(await resultOf(source)).toBe("[4,{}]");
  });

  it("nests twice, callers counted, and no deeper", async () => {
    const level = (depth: number): string =>
      depth === 0
        ? "{ assign: [ q: 1 ] }"
        : `{ parallel: { for: { value: v${depth}, in: [1], steps: [ s${depth}: ${level(depth - 1)} ] } } }`;
    expect(await resultOf(`- p: ${level(2)}`)).toBe("null");
    const { payload } = await failureOf(`- p: ${level(3)}`);
    expect(payload).toContain("ParallelNestingError");
    const called = `main: { steps: [ p: ${level(2).replace("{ assign: [ q: 1 ] }", "{ call: f }")} ] }\nf: { steps: [ g: { parallel: { for: { value: v, in: [1], steps: [ a: { assign: [ q: 1 ] } ] } } } ] }`;
    expect((await failureOf(called)).payload).toContain("ParallelNestingError");
  });

  it.each([
    ["0", "ValueError"],
    ["-1", "ValueError"],
    ["'many'", "TypeError"],
    ["2.0", "TypeError"],
  ])("raises for a concurrency_limit that turns out to be %s", async (limit, tag) => {
    const source = `- p: { parallel: { concurrency_limit: "\${${limit}}", for: { value: v, in: [1], steps: [ a: { assign: [ q: 1 ] } ] } } }`;
    expect((await failureOf(source)).payload).toContain(tag);
  });

  it("writes to a variable of its own where the parent's is assigned only later", async () => {
    const source =
      "- p: { parallel: { for: { value: v, in: [1], steps: [ a: { assign: [ x: '${v}' ] } ] } } }\n- b: { assign: [ x: 5 ] }\n- give: { return: '${x}' }";
    expect(await resultOf(source)).toBe("5");
  });

  it("ends every branch when the execution is cancelled", async () => {
    const clock = new Clock({ pace: "max", start: 0 });
    clock.pause();
    const abort = new AbortController();
    const source =
      "- p:\n    try: { parallel: { for: { value: v, range: [1, 30], steps: [ w: { call: sys.sleep, args: { seconds: 100 } } ] } } }\n    except: { steps: [ c: { return: caught } ] }";
    const run = runDefinition({ source, clock, signal: abort.signal });
    await clock.idle();
    abort.abort();
    expect((await run).outcome).toEqual({ state: "CANCELLED" });
    clock.close();
  });
});
