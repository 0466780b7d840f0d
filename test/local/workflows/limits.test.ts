// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { runDefinition } from "../../../local/workflows/run-definition.ts";
import { failureOf, resultOf } from "./support.ts";

describe("an execution", () => {
  it("takes 100,000 steps and no more", async () => {
    const source = "- f: { for: { value: v, range: [1, 200000], steps: [ a: { assign: [ x: 1 ] } ] } }";
    const { outcome, steps } = await runDefinition({ source });
    expect(steps.filter(({ stepType }) => stepType !== "STEP_FOR_ITERATION")).toHaveLength(100_000);
    const payload = outcome.state === "FAILED" ? outcome.error.payload : "";
    expect(JSON.parse(payload)).toMatchObject({
      tags: ["ResourceLimitError"],
      message: expect.stringContaining("100000 steps"),
    });
  }, 20_000);

  it("has a call stack of 20", async () => {
    const source =
      "main: { steps: [ a: { call: f, args: { n: 18 } } ] }\nf: { params: [n], steps: [ s: { switch: [ { condition: '${n > 0}', call: f, args: { n: '${n - 1}' } } ] } ] }";
    expect(await resultOf(source)).toBe("null");
    expect((await failureOf(source.replace("18", "19"))).payload).toContain("RecursionError");
  });

  it("lets a definition handle that it is nested too deeply for the engine", async () => {
    const call = [{ step0: { call: "f", args: { n: "${n - 1}" } } }];
    const wrapped = Array.from({ length: 59 }).reduce<object[]>(
      (steps, _, index) => [{ [`step${index + 1}`]: { steps } }],
      call,
    );
    const handled = { as: "e", steps: [{ tell: { return: "${e.tags}" } }] };
    const source = {
      main: { steps: [{ begin: { try: { call: "f", args: { n: 18 } }, except: handled } }] },
      f: { params: ["n"], steps: [{ stop: { switch: [{ condition: "${n == 0}", next: "end" }] } }, ...wrapped] },
    };
    expect(await resultOf(JSON.stringify(source))).toBe('["ResourceLimitError"]');
  });

  it("holds 512 KB of variables, freed when they are replaced or go out of sight", async () => {
    const half = 300 * 1024;
    const fill = (name: string) => `{ call: http.get, args: { url: 'https://x.test' }, result: ${name} }`;
    const fetch = () => ({ status: 200, headers: { "content-type": "image/png" }, body: Buffer.alloc(half, "x") });
    const again = `- a: ${fill("x")}\n- b: { assign: [ x: null ] }\n- c: ${fill("x")}`;
    expect(await resultOf(again, { fetch })).toBe("null");
    const scoped = `- f: { for: { value: v, range: [1, 3], steps: [ a: ${fill("x")} ] } }\n- c: ${fill("y")}`;
    expect(await resultOf(scoped, { fetch })).toBe("null");
    const { payload } = await failureOf(`- a: ${fill("x")}\n- b: ${fill("y")}`, { fetch });
    expect(JSON.parse(payload)).toMatchObject({ tags: ["ResourceLimitError"] });
  });

  it("records its steps with kind, state, parent and neighbours", async () => {
    const source = `main:
  steps:
    - start: { assign: [ x: 1 ] }
    - loop: { for: { value: v, in: [1, 2], steps: [ call: { call: f, result: r } ] } }
    - guard:
        try: { raise: oh }
        except: { as: e, steps: [ done: { return: '\${e}' } ] }
f: { steps: [ give: { return: 1 } ] }`;
    const { steps } = await runDefinition({ source });
    expect(steps.map(({ id, step, stepType, parent }) => [id, step, stepType, parent])).toEqual([
      [1, "start", "STEP_ASSIGN", undefined],
      [2, "loop", "STEP_FOR", undefined],
      [3, "loop", "STEP_FOR_ITERATION", 2],
      [4, "call", "STEP_SUBWORKFLOW_CALL", 3],
      [5, "give", "STEP_RETURN", 4],
      [6, "loop", "STEP_FOR_ITERATION", 2],
      [7, "call", "STEP_SUBWORKFLOW_CALL", 6],
      [8, "give", "STEP_RETURN", 7],
      [9, "guard", "STEP_TRY_RETRY_EXCEPT", undefined],
      [10, "guard", "STEP_TRY", 9],
      [11, "guard", "STEP_RAISE", 10],
      [12, "guard", "STEP_EXCEPT", 9],
      [13, "done", "STEP_RETURN", 12],
    ]);
    expect(steps[1]).toMatchObject({
      children: [3, 6],
      previous: 1,
      next: 9,
      state: "STATE_SUCCEEDED",
      routine: "main",
    });
    expect(steps[10]).toMatchObject({ state: "STATE_FAILED", exception: '"oh"' });
    expect(steps[4]).toMatchObject({ routine: "f" });
    expect(steps[5]).toMatchObject({ progress: 2 });
  });

  it("writes sys.log entries with their severity", async () => {
    const source =
      "- a: { call: sys.log, args: { data: hello } }\n- b: { call: sys.log, args: { json: { k: 1 }, severity: ERROR } }\n- c: { call: sys.log, args: { text: t, severity: LOUD } }";
    const { log, outcome } = await runDefinition({ source });
    expect(log).toEqual([
      { severity: "DEFAULT", data: "hello" },
      { severity: "ERROR", data: new Map([["k", 1n]]) },
    ]);
    expect(outcome.state).toBe("FAILED");
  });
});
