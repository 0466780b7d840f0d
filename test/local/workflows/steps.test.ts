// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { failureOf, resultOf } from "./support.ts";

/** Cases of one definition, argument and returned JSON. */
type Case = readonly [states: string, source: string, result: string, argument?: string];

const cases: readonly Case[] = [
  ["runs a bare list of steps as main", "- give: { return: 1 }", "1"],
  [
    "runs a definition written as JSON",
    '{"main": {"steps": [{"give": {"return": {"a": [1, 2.0]}}}]}}',
    '{"a":[1,2.0]}',
  ],
  ["gives null when main falls off its end", "main: { steps: [ a: { assign: [ x: 1 ] } ] }", "null"],
  ["gives main the argument", "main: { params: [args], steps: [ give: { return: '${args.x}' } ] }", "3", '{"x": 3}'],
  [
    "gives main null without an argument",
    "main: { params: [args], steps: [ give: { return: '${args == null}' } ] }",
    "true",
  ],
  [
    "keeps yes, no, on and off as strings",
    "- give: { return: [yes, no, on, off, True, ~] }",
    '["yes","no","on","off",true,null]',
  ],
  ["keeps text around an expression as it is", "- give: { return: 'a ${1}' }", '"a ${1}"'],
  ["reads an expression folded over lines", "- give:\n    return: >\n      ${1 +\n      2}\n", "3"],
  ["resolves anchors", "- a: { assign: [ x: &v { k: 1 }, y: *v ] }\n- give: { return: '${y.k}' }", "1"],
  [
    "assigns in order, later entries seeing earlier ones",
    "- a: { assign: [ x: 1, y: '${x + 1}', x: '${y * 10}' ] }\n- give: { return: ['${x}', '${y}'] }",
    "[20,2]",
  ],
  [
    "assigns map keys by dot, by text and by expression, making them when missing",
    "- a: { assign: [ m: {}, m.a: 1, 'm[\"b-c\"]': 2, k: d, 'm[k]': 3, 'm.e.f': 4 ] }\n- give: { return: '${m}' }",
    '{"a":1,"b-c":2,"d":3,"e":{"f":4}}',
  ],
  [
    "assigns list elements, also in lists of maps of lists",
    "- a: { assign: [ l: [[1, 2], { k: [3] }], 'l[0][1]': 9, 'l[1].k[0]': 8 ] }\n- give: { return: '${l}' }",
    '[[1,9],{"k":[8]}]',
  ],
  [
    "copies on assignment",
    "- a: { assign: [ m: { x: 1 }, n: '${m}', n.x: 2 ] }\n- give: { return: ['${m.x}', '${n.x}'] }",
    "[1,2]",
  ],
  [
    "computes map keys in a literal",
    "- a: { assign: [ k: key, m: { '${k + \"1\"}': 1 } ] }\n- give: { return: '${m}' }",
    '{"key1":1}',
  ],
  [
    "jumps forwards and backwards",
    "- a: { assign: [ n: 0 ] }\n- b: { assign: [ n: '${n + 1}' ] }\n- c:\n    switch:\n      - condition: '${n < 5}'\n        next: b\n- d: { return: '${n}' }",
    "5",
  ],
  ["jumps over steps", "- a: { assign: [ n: 1 ], next: c }\n- b: { assign: [ n: 2 ] }\n- c: { return: '${n}' }", "1"],
  [
    "jumps inside and out of a nested list",
    "- o:\n    steps:\n      - a: { assign: [ n: 0 ] }\n      - b: { assign: [ n: '${n + 1}' ] }\n      - c: { switch: [ { condition: '${n < 3}', next: b }, { condition: true, next: z } ] }\n- y: { assign: [ n: 99 ] }\n- z: { return: '${n}' }",
    "3",
  ],
  ["ends without a value", "- a: { assign: [ n: 1 ], next: end }\n- b: { return: 5 }", "null"],
  [
    "takes the first condition that holds",
    "- s:\n    switch:\n      - { condition: false, return: 1 }\n      - { condition: '${1 == 1}', return: 2 }\n      - { condition: true, return: 3 }",
    "2",
  ],
  [
    "goes on after the switch when an entry does not jump",
    "- s:\n    switch:\n      - { condition: true, assign: [ x: 1 ] }\n- give: { return: '${x}' }",
    "1",
  ],
  [
    "uses next beside switch when nothing matched",
    "- s:\n    switch:\n      - { condition: false, return: 1 }\n    next: z\n- y: { return: 2 }\n- z: { return: 3 }",
    "3",
  ],
  [
    "runs nested steps inside a switch",
    "- s:\n    switch:\n      - condition: true\n        steps:\n          - a: { call: text.to_upper, args: { source: q }, result: r }\n          - b: { return: '${r}' }",
    '"Q"',
  ],
  [
    "loops over a list with an index",
    "- a: { assign: [ o: [] ] }\n- f:\n    for:\n      value: v\n      index: i\n      in: [a, b]\n      steps:\n        - p: { assign: [ o: '${list.concat(o, string(i) + v)}' ] }\n- give: { return: '${o}' }",
    '["0a","1b"]',
  ],
  [
    "loops over a range with both ends",
    "- a: { assign: [ n: 0 ] }\n- f: { for: { value: v, range: [1, 4], steps: [ p: { assign: [ n: '${n + v}' ] } ] } }\n- give: { return: '${n}' }",
    "10",
  ],
  [
    "loops over a range given by an expression",
    "- a: { assign: [ n: 0, r: [-1, 1] ] }\n- f: { for: { value: v, range: '${r}', steps: [ p: { assign: [ n: '${n + 1}' ] } ] } }\n- give: { return: '${n}' }",
    "3",
  ],
  [
    "loops over doubles by one",
    "- a: { assign: [ o: [] ] }\n- f: { for: { value: v, range: [0.5, 2.5], steps: [ p: { assign: [ o: '${list.concat(o, v)}' ] } ] } }\n- give: { return: '${o}' }",
    "[0.5,1.5,2.5]",
  ],
  [
    "does not loop over an empty range",
    "- a: { assign: [ n: 0 ] }\n- f: { for: { value: v, range: [2, 1], steps: [ p: { assign: [ n: 1 ] } ] } }\n- give: { return: '${n}' }",
    "0",
  ],
  [
    "loops over the keys of a map",
    "- a: { assign: [ m: { x: 1, y: 2 }, n: 0 ] }\n- f: { for: { value: k, in: '${keys(m)}', steps: [ p: { assign: [ n: '${n + m[k]}' ] } ] } }\n- give: { return: '${n}' }",
    "3",
  ],
  [
    "breaks and continues",
    "- a: { assign: [ o: [] ] }\n- f:\n    for:\n      value: v\n      range: [1, 9]\n      steps:\n        - s: { switch: [ { condition: '${v == 2}', next: continue }, { condition: '${v == 5}', next: break } ] }\n        - p: { assign: [ o: '${list.concat(o, v)}' ] }\n- give: { return: '${o}' }",
    "[1,3,4]",
  ],
  ["returns out of a loop", "- f: { for: { value: v, in: [7, 8], steps: [ give: { return: '${v}' } ] } }", "7"],
  [
    "breaks the inner loop only",
    "- a: { assign: [ n: 0 ] }\n- f: { for: { value: v, in: [1, 2], steps: [ g: { for: { value: w, in: [1, 2], steps: [ p: { assign: [ n: '${n + 1}' ], next: break } ] } } ] } }\n- give: { return: '${n}' }",
    "2",
  ],
  [
    "keeps changes a loop makes to variables around it",
    "- a: { assign: [ x: 1 ] }\n- f: { for: { value: v, in: [5], steps: [ p: { assign: [ x: '${v}', y: 1 ] } ] } }\n- give: { return: '${x}' }",
    "5",
  ],
  [
    "uses the same loop variable in loops one after the other",
    "- a: { assign: [ n: 0 ] }\n- f: { for: { value: v, in: [1], steps: [ p: { assign: [ n: '${n + v}' ] } ] } }\n- g: { for: { value: v, in: [2], steps: [ q: { assign: [ n: '${n + v}' ] } ] } }\n- give: { return: '${n}' }",
    "3",
  ],
];

const withSubworkflows: readonly Case[] = [
  ["calls a subworkflow by name and keeps its result", "call: f, args: { x: 2 }, result: r", "[2,10]"],
  ["lets arguments override defaults", "call: f, args: { x: 2, y: false }, result: r", "[2,false]"],
  ["calls a subworkflow in an expression, by place", "assign: [ r: '${f(3, \"p\")}' ]", '[3,"p"]'],
  ["calls subworkflows inside each other's arguments", "assign: [ r: '${f(f(1), f(2))}' ]", "[[1,10],[2,10]]"],
  ["gives null from a subworkflow that falls off its end", "call: nothing, result: r", "null"],
  ["ends only the subworkflow with end", "call: stops, result: r", "null"],
  ["keeps variables of a caller out of sight", "call: own, result: r", "1"],
];

const subworkflows = `
f: { params: [ x, y: 10 ], steps: [ give: { return: ['\${x}', '\${y}'] } ] }
nothing: { steps: [ a: { assign: [ x: 1 ] } ] }
stops: { steps: [ a: { assign: [ x: 1 ], next: end }, b: { return: 2 } ] }
own: { steps: [ a: { assign: [ before: 1 ] }, b: { return: '\${before}' } ] }
`;

describe("a definition", () => {
  it.each(cases)("%s", async (...[, source, result, argument]) => {
    expect(await resultOf(source, { argument })).toBe(result);
  });

  it.each(withSubworkflows)("%s", async (...[, body, result]) => {
    const source = `main: { steps: [ before: { assign: [ before: 5 ] }, a: { ${body} }, give: { return: '\${r}' } ] }${subworkflows}`;
    expect(await resultOf(source)).toBe(result);
  });

  it.each([
    ["an element beyond a list's end", "- a: { assign: [ l: [1], 'l[1]': 2 ] }", "IndexError"],
    ["an element of a number", "- a: { assign: [ n: 1, 'n[0]': 2 ] }", "TypeError"],
    ["a condition that is no boolean", "- s: { switch: [ { condition: '${1}', return: 1 } ] }", "TypeError"],
    [
      "a loop over a map",
      "- a: { assign: [ m: {} ] }\n- f: { for: { value: v, in: '${m}', steps: [ p: { return: 1 } ] } }",
      "TypeError",
    ],
    ["a range of text", "- f: { for: { value: v, range: ['a', 'b'], steps: [ p: { return: 1 } ] } }", "TypeError"],
    [
      "a variable that the path taken did not assign",
      "- a: { next: c }\n- b: { assign: [ x: 1 ] }\n- c: { return: '${x}' }",
      "KeyError",
    ],
    ["bytes as the result", "- give: { return: '${text.encode(\"a\")}' }", "TypeError"],
    ["a computed key that is no string", "- a: { assign: [ k: 1, m: { '${k}': 1 } ] }", "TypeError"],
  ])("raises for %s", async (_, source, tag) => {
    const { payload } = await failureOf(source);
    expect(JSON.parse(payload)).toMatchObject({ tags: expect.arrayContaining([tag]) });
  });

  it("says where it failed, from the innermost step outwards", async () => {
    const source = [
      "main:",
      "  steps:",
      "    - outer:",
      "        call: inner",
      "inner:",
      "  steps:",
      "    - fails:",
      "        assign:",
      "          - x: ${1 / 0}",
    ].join("\n");
    const error = await failureOf(source);
    expect(error.payload).toBe(
      '{"message":"ZeroDivisionError: division by zero","tags":["ZeroDivisionError","ArithmeticError"]}',
    );
    expect(error.context).toBe(
      'ZeroDivisionError: division by zero\nin step "fails", routine "inner", line: 7\nin step "outer", routine "main", line: 3',
    );
    expect(error.trace).toEqual([
      { step: "fails", routine: "inner", position: { line: 7, column: 7 } },
      { step: "outer", routine: "main", position: { line: 3, column: 7 } },
    ]);
  });
});
