// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { Clock } from "../../../local/clock.ts";
import { jsonResponse } from "../../../local/http.ts";
import { failureOf, resultOf } from "./support.ts";

/** Wraps `try` siblings into a definition whose first step counts attempts in `n`. */
function trying(lines: string, after = "- give: { return: '${n}' }"): string {
  const body = lines.split("\n").join("\n    ");
  return `- start: { assign: [ n: 0, seen: null ] }\n- t:\n    ${body}\n${after}`;
}

const failTwice =
  "try: { steps: [ a: { assign: [ n: '${n + 1}' ] }, b: { switch: [ { condition: '${n < 3}', raise: again } ] } ] }";

describe("raise and except", () => {
  it.each([
    ["a string as it is", "raise: broken", '"broken"'],
    ["a map as it is", "raise: { code: 55, message: no }", '{"code":55,"message":"no"}'],
    ["an expression's value", 'raise: \'${"a" + "b"}\'', '"ab"'],
    [
      "an error of the runtime",
      "assign: [ x: '${1 % 0}' ]",
      '{"message":"ZeroDivisionError: division by zero","tags":["ZeroDivisionError","ArithmeticError"]}',
    ],
    [
      "a TypeError of a function",
      "call: text.to_upper, args: { source: 1 }",
      '{"message":"TypeError: text.to_upper: argument \'source\' must be string, not integer","tags":["TypeError"]}',
    ],
  ])("binds %s", async (_, body, caught) => {
    const source = trying(
      `try: { ${body} }\nexcept: { as: e, steps: [ keep: { assign: [ seen: '\${e}' ] } ] }`,
      "- give: { return: '${seen}' }",
    );
    expect(await resultOf(source)).toBe(caught);
  });

  it("goes on after the step when the error was handled", async () => {
    const source = trying("try: { raise: x }\nexcept: { steps: [ keep: { assign: [ n: 5 ] } ] }");
    expect(await resultOf(source)).toBe("5");
  });

  it("keeps variables first assigned in except inside it, and those of try outside", async () => {
    const source =
      "- t:\n    try: { steps: [ a: { raise: x }, b: { assign: [ o: 1 ] } ] }\n    except: { as: e, steps: [ k: { assign: [ o: 2 ] } ] }\n- give: { return: '${o}' }";
    expect(await resultOf(source)).toBe("2");
  });

  it("hands an error raised in except outwards", async () => {
    const inner = "try: { raise: a }\nexcept: { as: e, steps: [ r: { raise: '${e + \"b\"}' } ] }";
    const { payload, context } = await failureOf(trying(inner));
    expect(payload).toBe('"ab"');
    expect(context).toContain('RuntimeError: "ab"\nin step "r", routine "main"');
  });

  it("shows an error that is raised again as the error that it was", async () => {
    const inner = "try: { assign: [ x: '${[][0]}' ] }\nexcept: { as: e, steps: [ r: { raise: '${e}' } ] }";
    expect((await failureOf(trying(inner))).context).toMatch(/^IndexError: index out of range/);
  });

  it("jumps from except to a step around it", async () => {
    const source =
      "- t:\n    try: { raise: x }\n    except: { steps: [ j: { next: z } ] }\n- y: { return: 1 }\n- z: { return: 2 }";
    expect(await resultOf(source)).toBe("2");
  });

  it("catches what a subworkflow raised", async () => {
    const source =
      "main:\n  steps:\n    - t: { try: { call: f }, except: { as: e, steps: [ g: { return: '${e.code}' } ] } }\nf: { steps: [ r: { raise: { code: 7 } } ] }";
    expect(await resultOf(source)).toBe("7");
  });
});

describe("retry", () => {
  it("runs the whole body again until it succeeds", async () => {
    expect(await resultOf(trying(`${failTwice}\nretry: { predicate: '\${retry.always}', max_retries: 5 }`))).toBe("3");
  });

  it("retries every error when there is no predicate", async () => {
    expect(await resultOf(trying(`${failTwice}\nretry: { max_retries: 5 }`))).toBe("3");
  });

  it("counts retries, not attempts, and then raises", async () => {
    const policy = "retry: { predicate: '${retry.always}', max_retries: 1 }";
    const source = trying(`${failTwice}\n${policy}\nexcept: { as: e, steps: [ g: { return: ['\${n}', '\${e}'] } ] }`);
    expect(await resultOf(source)).toBe('[2,"again"]');
  });

  it("does not retry what the predicate refuses", async () => {
    const policy = "retry: { predicate: '${retry.never}', max_retries: 5 }";
    expect((await failureOf(trying(`${failTwice}\n${policy}`))).payload).toBe('"again"');
  });

  it("asks a subworkflow as predicate", async () => {
    const source = `main:\n  steps:\n${trying(`${failTwice}\nretry: { predicate: '\${mine}', max_retries: 5 }`).replace(/^/gm, "    ")}\nmine: { params: [e], steps: [ g: { return: '\${e == "again"}' } ] }`;
    expect(await resultOf(source)).toBe("3");
  });

  it.each([
    ["a predicate that gives no boolean", "retry: { predicate: '${len}', max_retries: 5 }"],
    ["a policy that is no map", "retry: '${5}'"],
    ["a negative count", "retry: { max_retries: '${-1}' }"],
    ["a delay that is no number", "retry: { max_retries: 1, backoff: { initial_delay: '${len}' } }"],
  ])("raises for %s", async (_, policy) => {
    const { payload } = await failureOf(trying(`${failTwice}\n${policy}`));
    expect(JSON.parse(payload)).toMatchObject({ tags: [expect.stringMatching(/^(TypeError|ValueError)$/)] });
  });

  it.each([
    [
      "initial_delay times multiplier, up to max_delay",
      "{ predicate: '${retry.always}', max_retries: 5, backoff: { initial_delay: 2, max_delay: 5, multiplier: 2 } }",
      [2, 4, 5, 5, 5],
    ],
    ["http.default_retry", "${http.default_retry}", [1, 1.25, 1.5625, 1.953125, 2.44140625]],
  ])("waits as %s says", async (_, policy, delays) => {
    const clock = new Clock({ pace: "max", start: 0 });
    const times: number[] = [];
    const fetch = () => {
      times.push(clock.now() / 1000);
      return jsonResponse(503, {});
    };
    const source = trying(`try: { call: http.get, args: { url: 'https://x.test' } }\nretry: ${policy}`);
    expect(JSON.parse((await failureOf(source, { clock, fetch })).payload)).toMatchObject({ code: 503 });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits).toHaveLength(delays.length);
    for (const [index, delay] of delays.entries()) expect(waits[index]).toBeCloseTo(delay, 0);
    clock.close();
  });
});
