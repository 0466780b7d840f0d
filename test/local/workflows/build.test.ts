// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { refusalOf } from "./support.ts";

const step = (body: string) => `main:\n  steps:\n    - s:\n        ${body}\n`;
const nested = (body: string) => `main:\n  steps:\n    - init: { assign: [ x: 1 ] }\n    - s:\n        ${body}\n`;
const many = (count: number, item: string) => Array.from({ length: count }, () => item).join(", ");

describe("a definition that does not build", () => {
  it.each([
    // source
    ["", "the definition must be a map", 1, 1],
    ["main: [", "parse error: Flow sequence", 1, 8],
    ["main:\n\tsteps: []", "parse error: Tabs are not allowed as indentation", 2, 1],
    ["main: { steps: [ a: { return: 1 } ], steps: [] }", "parse error: Map keys must be unique", 1, 38],
    ["main: { steps: [ a: { assign: [ x: { k: 1, k: 2 } ] } ] }", "parse error: Map keys must be unique", 1, 44],
    ["other: { steps: [ a: { return: 1 } ] }", "main workflow not found", 1, 1],
    ["main: { steps: [] }", "must have at least one step", 1, 16],
    ["main: {}", "must have 'steps'", 1, 7],
    ["main: { steps: [ a: { return: 1 } ], other: 1 }", "unknown field 'other'", 1, 38],
    ["main: { params: [a, b], steps: [ a: { return: 1 } ] }", "the limit is 1", 1, 17],
    ["main: { steps: [ a: { return: 1 } ] }\n2x: { steps: [ a: { return: 1 } ] }", "does not have a valid name", 2, 1],
    [
      `main: { steps: [ a: { return: 1 } ] }\nf: { params: [${Array.from({ length: 11 }, (_, i) => `p${i}`)}], steps: [ a: { return: 1 } ] }`,
      "the limit is 10",
      2,
      14,
    ],
    ["main: { params: [not], steps: [ a: { return: 1 } ] }", "parameter 'not' is not a valid name", 1, 18],
    ["a: 99999999999999999999", "does not fit 64 bits", 1, 4],
    [`main: "${"x".repeat(131_073)}"`, "the source is larger than 131072 bytes", undefined, undefined],
    ["- a: { assign: [ x: &a [*a] ] }", "nested too deeply", 1, 25],
    ["- a: { return: 1 }\n---\n- b: { return: 2 }", "parse error: Source contains multiple documents", 2, 1],
    ["- a: { return: *gone }", "parse error: Unresolved alias", 1, 16],
    ["- a: { return: !!binary aGk= }", "values of this type are not supported", 1, 25],
    // steps
    ["- a: { return: 1 }\n- a: { return: 2 }", "step name 'a' is used more than once", 2, 3],
    ["- a: { return: 1, b: 2 }", "unknown field 'b' in step", 1, 19],
    ["- a: { return: 1, raise: 2 }", "cannot have both 'raise' and 'return'", 1, 6],
    ["- a: {}", "step has nothing to do", 1, 6],
    ["- { a: { return: 1 }, b: { return: 2 } }", "a step must have exactly one key", 1, 3],
    ["- a: { args: { x: 1 }, return: 1 }", "unknown field 'args'", 1, 8],
    ["- a: 5", "step must be a map", 1, 6],
    ["- '': { return: 1 }", "step name should not be empty", 1, 3],
    // assign
    [step("assign: []"), "assign must have 1 to 50 entries, not 0", 4, 17],
    [step(`assign: [${many(51, "x: 1")}]`), "not 51", 4, 17],
    [step("assign: [ 2: 1 ]"), "'2' cannot be assigned to: it is not a variable", 4, 19],
    [step("assign: [ 'f(x)': 1 ]"), "cannot be assigned to: it is not a variable", 4, 19],
    [step("assign: [ 'x[': 1 ]"), "cannot be assigned to: unexpected end", 4, 21],
    [step("assign: [ m.a: 1 ]"), "symbol 'm' is not a variable", 4, 19],
    // call
    [step("call: nothing"), "symbol 'nothing' is not a function or sub-workflow name", 4, 15],
    [step("call: text.to_upper"), "argument 'source' is missing", 4, 15],
    [step("call: text.to_upper\n        args: { source: a, sauce: b }"), "unexpected argument 'sauce'", 4, 15],
    [step("call: http.get\n        args: { url: 'https://x.test', body: 1 }"), "unexpected argument 'body'", 4, 15],
    [step("call: sys.now\n        result: 'a.b'"), "result 'a.b' is not a valid name", 5, 17],
    [step("call: '${f}'"), "is not a function or sub-workflow name", 4, 15],
    // jumps
    [step("next: nowhere"), "next: step 'nowhere' not found", 4, 15],
    [step("next: break"), "break is only allowed inside a loop", 4, 15],
    [step("next: continue"), "continue is only allowed inside a loop", 4, 15],
    [step("for: { value: v, in: [1], steps: [ a: { next: s } ] }"), "step 's' not found", 4, 55],
    [step("parallel: { for: { value: v, in: [1], steps: [ a: { next: break } ] } }"), "break is only allowed", 4, 67],
    [
      step("parallel: { for: { value: v, in: [1], steps: [ a: { next: end } ] } }"),
      "end is not allowed inside a parallel step",
      4,
      67,
    ],
    [
      step("parallel: { for: { value: v, in: [1], steps: [ a: { return: 1 } ] } }"),
      "return is not allowed inside a parallel step",
      4,
      56,
    ],
    // switch
    [step("switch: []"), "a switch must have 1 to 50 conditions", 4, 17],
    [step("switch: [ { return: 1 } ]"), "switch condition must have 'condition'", 4, 19],
    [step("switch: [ { condition: true, when: 1 } ]"), "unknown field 'when'", 4, 38],
    // for
    [step("for: { value: v, steps: [ a: { return: 1 } ] }"), "exactly one of 'in' and 'range'", 4, 14],
    [
      step("for: { value: v, in: [1], range: [1, 2], steps: [ a: { return: 1 } ] }"),
      "exactly one of 'in' and 'range'",
      4,
      14,
    ],
    [step("for: { value: v, range: [1], steps: [ a: { return: 1 } ] }"), "range must be [begin, end]", 4, 33],
    [step("for: { in: [1], steps: [ a: { return: 1 } ] }"), "for must have 'value'", 4, 14],
    [
      step("for: { value: v, in: [1], steps: [ a: { for: { value: v, in: [1], steps: [ b: { return: 1 } ] } } ] }"),
      "loop variable 'v' is used by a loop around this one",
      4,
      54,
    ],
    // parallel
    [
      step("parallel: { branches: [ b: { steps: [ a: { assign: [ x: 1 ] } ] } ] }"),
      "parallel must have 2 to 10 branches, not 1",
      4,
      31,
    ],
    [step("parallel: {}"), "exactly one of 'branches' and 'for'", 4, 19],
    [
      step("parallel: { exception_policy: stop, for: { value: v, in: [1], steps: [ a: { assign: [ x: 1 ] } ] } }"),
      "exception_policy must be continueAll",
      4,
      39,
    ],
    [
      nested("parallel: { for: { value: v, in: [1], steps: [ a: { assign: [ x: 2 ] } ] } }"),
      "variable 'x' of the parent scope is written in a parallel step but not listed in 'shared'",
      5,
      71,
    ],
    [
      nested(
        "parallel: { for: { value: v, in: [1], steps: [ f: { for: { value: w, in: [1], steps: [ a: { assign: [ x: 2 ] } ] } } ] } }",
      ),
      "variable 'x' of the parent scope",
      5,
      111,
    ],
    [
      nested("parallel: { shared: [y], for: { value: v, in: [1], steps: [ a: { assign: [ z: 2 ] } ] } }"),
      "symbol 'y' is not a variable",
      5,
      30,
    ],
    [
      "- p:\n    parallel:\n      branches:\n        - b: { steps: [ a: { assign: [ l: 1 ] } ] }\n        - c: { steps: [ d: { assign: [ m: '${l}' ] } ] }",
      "symbol 'l' is neither a variable",
      5,
      46,
    ],
    // try
    [step("try: { return: 1 }"), "try must have 'retry' or 'except'", 4, 14],
    [
      step(
        "try: { for: { value: v, in: [1], steps: [ a: { return: 1 } ] } }\n        except: { steps: [ b: { return: 1 } ] }",
      ),
      "loop step name should not be empty",
      4,
      14,
    ],
    [step("try: { return: 1 }\n        except: { as: e }"), "except must have 'steps'", 5, 17],
    [step("try: { return: 1 }\n        retry: { times: 3 }"), "unknown field 'times' in retry", 5, 18],
    [step("try: { return: 1 }\n        retry: { backoff: { delay: 3 } }"), "unknown field 'delay' in backoff", 5, 29],
    // names in expressions
    [
      step("return: ${varC + 1}"),
      "error in step s: error evaluating expression: symbol 'varC' is neither a variable nor a sub-workflow name",
      4,
      19,
    ],
    [step("return: '${1 + }'"), "parse error in expression: unexpected end of expression", 4, 24],
    [
      "- f: { for: { value: v, in: [1], steps: [ a: { assign: [ x: 1 ] } ] } }\n- g: { return: '${v}' }",
      "symbol 'v' is neither",
      2,
      19,
    ],
    [
      "- f: { for: { value: v, in: [1], steps: [ a: { assign: [ x: 1 ] } ] } }\n- g: { return: '${x}' }",
      "symbol 'x' is neither",
      2,
      19,
    ],
    [
      "- t: { try: { raise: a }, except: { as: e, steps: [ a: { assign: [ y: 1 ] } ] } }\n- g: { return: '${e}' }",
      "symbol 'e' is neither",
      2,
      19,
    ],
  ])("%s", (source, message, line, column) => {
    const refusal = refusalOf(source);
    expect(refusal.message).toContain(message);
    expect([refusal.position?.line, refusal.position?.column]).toEqual([line, column]);
    expect(refusal.code).toBe("INVALID_ARGUMENT");
    expect(refusal.message).toMatch(/^failed to build: /);
  });

  it.each([
    ["a connector", "googleapis.compute.v1.instances.list"],
    ["a deprecated experiment", "experimental.executions.run"],
  ])("is UNIMPLEMENTED when it calls %s", (_, callee) => {
    const refusal = refusalOf(step(`call: ${callee}\n        args: { project: p }`));
    expect([refusal.code, refusal.position]).toEqual(["UNIMPLEMENTED", { line: 4, column: 15 }]);
    expect(refusal.message).toContain(callee);
  });
});
