// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { runAlone } from "../../../local/workflows/alone/run-alone.ts";
import { noStubs } from "../../../local/workflows/alone/stubs.ts";
import { buildProgram, problemsOf } from "../../../local/workflows/build.ts";
import { DefinitionError } from "../../../local/workflows/definition-error.ts";
import { type Environment, evaluate } from "../../../local/workflows/expression/evaluate.ts";
import { parseExpression } from "../../../local/workflows/expression/parse.ts";
import { WorkflowError } from "../../../local/workflows/fault.ts";
import { parseJson, stringifyJson } from "../../../local/workflows/value/json.ts";
import { isMap, type Value } from "../../../local/workflows/value/value.ts";

/** An expression as text, with what it must give: a value, or the tag of an error. */
interface Modelled {
  readonly text: string;
  readonly gives: { readonly value: bigint | number | boolean } | { readonly tag: string };
}

const fail = (tag: string) => ({ tag }) as const;
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/** Integers as mathematics has them, within 64 bits. */
function integer(operator: string, a: bigint, b: bigint): Modelled["gives"] {
  const quotient = () => (a - (((a % b) + b) % b)) / b;
  if (b === 0n && ["//", "%", "/"].includes(operator)) return fail("ZeroDivisionError");
  if (operator === "/") return { value: Number(a) / Number(b) };
  const amounts: Readonly<Record<string, () => bigint>> = {
    "+": () => a + b,
    "-": () => a - b,
    "*": () => a * b,
    "//": quotient,
    "%": () => a - b * quotient(),
  };
  const value = amounts[operator]?.() ?? 0n;
  return value < smallest || value > largest ? fail("ValueError") : { value };
}

/** Doubles as IEEE 754 has them. */
function double(operator: string, a: number, b: number): Modelled["gives"] {
  if (b === 0 && ["//", "%", "/"].includes(operator)) return fail("ZeroDivisionError");
  const amounts: Readonly<Record<string, number>> = {
    "+": a + b,
    "-": a - b,
    "*": a * b,
    "/": a / b,
    "//": Math.floor(a / b),
    "%": a - b * Math.floor(a / b),
  };
  return { value: amounts[operator] ?? 0 };
}

function combine(operator: string, left: Modelled, right: Modelled): Modelled {
  const text = `(${left.text} ${operator} ${right.text})`;
  // Operands are evaluated from left to right, so the first error counts; `and` and `or` may not reach the second.
  if ("tag" in left.gives) return { text, gives: left.gives };
  const a = left.gives.value;
  if (operator === "and" || operator === "or") {
    if (typeof a !== "boolean") return { text, gives: fail("TypeError") };
    if (a === (operator === "or")) return { text, gives: { value: a } };
    if ("tag" in right.gives) return { text, gives: right.gives };
    return { text, gives: typeof right.gives.value === "boolean" ? right.gives : fail("TypeError") };
  }
  if ("tag" in right.gives) return { text, gives: right.gives };
  const b = right.gives.value;
  if (operator === "==") return { text, gives: { value: equals(a, b) } };
  if (typeof a === "boolean" || typeof b === "boolean") return { text, gives: fail("TypeError") };
  if (operator === "<") return { text, gives: { value: a < b } };
  if (typeof a === "bigint" && typeof b === "bigint") return { text, gives: integer(operator, a, b) };
  return { text, gives: double(operator, Number(a), Number(b)) };
}

function equals(a: bigint | number | boolean, b: bigint | number | boolean): boolean {
  if (typeof a === "boolean" || typeof b === "boolean") return a === b;
  return !(a < b) && !(a > b) && !Number.isNaN(a) && !Number.isNaN(b);
}

const literal = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }).map((value): Modelled => ({ text: `(${value})`, gives: { value } })),
  fc.bigInt({ min: smallest, max: largest }).map((value): Modelled => ({ text: `(${value})`, gives: { value } })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e9 })
    .map((value): Modelled => ({ text: stringifyJson(value), gives: { value } })),
  fc.boolean().map((value): Modelled => ({ text: String(value), gives: { value } })),
);
const { modelled } = fc.letrec<{ modelled: Modelled }>((tie) => ({
  modelled: fc.oneof(
    { depthSize: "medium" },
    literal,
    fc
      .tuple(fc.constantFrom("+", "-", "*", "/", "//", "%", "<", "==", "and", "or"), tie("modelled"), tie("modelled"))
      .map(([operator, left, right]) => combine(operator, left, right)),
    tie("modelled").map((inner): Modelled => {
      const text = `(not ${inner.text})`;
      if ("tag" in inner.gives) return { text, gives: inner.gives };
      const { value } = inner.gives;
      return { text, gives: typeof value === "boolean" ? { value: !value } : fail("TypeError") };
    }),
  ),
}));

const nothing: Environment = {
  variable: () => undefined,
  constant: () => undefined,
  call: () => {
    throw new Error("nothing is called");
  },
};

function outcomeOf(text: string): Modelled["gives"] | { readonly value: Value } {
  try {
    const step = evaluate(parseExpression(text), nothing).next();
    if (!step.done) throw new Error("an expression without calls does not wait");
    return { value: step.value };
  } catch (caught) {
    if (!(caught instanceof WorkflowError) || !isMap(caught.value)) throw caught;
    const tags = caught.value.get("tags");
    return { tag: Array.isArray(tags) ? String(tags[0]) : "" };
  }
}

describe("an expression", () => {
  it("gives what exact integers and IEEE doubles give, or the error of its first wrong operation", () => {
    fc.assert(
      fc.property(modelled, ({ text, gives }) => expect(outcomeOf(text)).toEqual(gives)),
      { numRuns: 1000 },
    );
  });
});

/** JSON that looks like a definition, so that the checker gets far with it. */
const keys = [
  ...["main", "sub", "params", "steps", "assign", "call", "args", "result", "next", "switch", "condition", "for"],
  ...["value", "index", "in", "range", "parallel", "branches", "shared", "try", "retry", "except", "as", "raise"],
  ...["return", "predicate", "max_retries", "backoff", "concurrency_limit", "a", "b", "x", "${x}", "x[0]", "", "<<"],
];
const scalars = [
  ...["a", "b", "x", "main", "sub", "end", "break", "continue", "sys.now", "http.get", "googleapis.a.b", "continueAll"],
  ...["${x}", "${x + 1}", "${", "${}", "${sub(1)}", "${http.get()}", "${http.default_retry}", "${not}", "${x[", "é"],
  ...[null, true, 0, 1, -1, 2.5, 1e300],
];
const { definition } = fc.letrec<{ definition: unknown }>((tie) => ({
  definition: fc.oneof(
    { depthSize: "large" },
    fc.constantFrom(...scalars),
    fc.array(tie("definition"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie("definition"), { maxKeys: 3 }),
  ),
}));
const steps = fc.array(fc.dictionary(fc.constantFrom("a", "b"), definition, { minKeys: 1, maxKeys: 1 }), {
  minLength: 1,
  maxLength: 3,
});
const document = fc.oneof(
  definition,
  steps,
  fc.record({ main: fc.record({ steps }), sub: fc.record({ params: fc.constantFrom([], ["x"]), steps }) }),
);

describe("buildProgram", () => {
  it("takes any JSON or refuses it with a place", () => {
    fc.assert(
      fc.property(document, (json) => {
        const problems = problemsOf(JSON.stringify(json));
        for (const problem of problems) expect(problem.position).toEqual({ line: 1, column: expect.any(Number) });
      }),
      { numRuns: 1000 },
    );
  });

  it("takes any text or refuses it as a definition", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."-: \n\t{}[]&*!|>'\"%@`#,?ab1${}") }), (text) => {
        try {
          buildProgram(text);
        } catch (caught) {
          expect(caught).toBeInstanceOf(DefinitionError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Programs of steps that read and change three variables, in loops, branches and error handlers. */
const variable = fc.constantFrom("x", "y", "z");
const change = fc
  .tuple(variable, variable, variable, fc.constantFrom("+", "*", "-", "//", "%"))
  .map(([to, a, b, operator]) => ({ assign: [{ [to]: `\${(${a} ${operator} ${b}) % 1000}` }] }));
const pause = variable.map((name) => ({ call: "sys.sleep", args: { seconds: `\${${name} % 3}` } }));
const { body } = fc.letrec<{ body: Record<string, unknown> }>((tie) => ({
  body: fc.oneof(
    { depthSize: "small" },
    change,
    pause,
    fc.array(tie("body"), { minLength: 1, maxLength: 3 }).map((list) => ({ steps: list })),
    tie("body").map((inner) => ({ for: { range: [1, 3], steps: [inner] } })),
    fc.array(tie("body"), { minLength: 1, maxLength: 2 }).map((list) => ({ parallel: list })),
    fc.tuple(tie("body"), tie("body")).map(([first, second]) => ({ try: [first], except: [second] })),
    fc.tuple(variable, tie("body")).map(([name, inner]) => ({
      switch: [{ condition: `\${${name} % 2 == 0}`, steps: [inner] }],
    })),
  ),
}));

/** Gives every step a name of its own, every loop variables of its own, and every parallel step what it shares. */
function toDefinition(bodies: readonly Record<string, unknown>[]): string {
  let count = 0;
  const name = (prefix: string) => {
    count += 1;
    return `${prefix}${count}`;
  };
  const list = (items: unknown): unknown[] => (Array.isArray(items) ? items : [items]).map((item) => step(item));
  const step = (item: Record<string, unknown>): unknown => ({ [name("s")]: complete(item) });
  const complete = (item: Record<string, unknown>): unknown => {
    if (item.parallel) {
      const branches = [...list(item.parallel), { [name("s")]: { assign: [{ x: "${x + 1}" }] } }];
      const named = branches.map((inner) => ({ [name("b")]: { steps: [inner] } }));
      return { parallel: { shared: ["x", "y", "z"], branches: named } };
    }
    if (item.try) return { try: { steps: list(item.try) }, except: { as: name("e"), steps: list(item.except) } };
    if (item.for) return { for: { ...item.for, value: name("v"), steps: list(Reflect.get(item.for, "steps")) } };
    if (Array.isArray(item.steps)) return { steps: list(item.steps) };
    if (Array.isArray(item.switch)) {
      return { switch: item.switch.map((entry) => ({ ...entry, steps: list(entry.steps) })) };
    }
    return item;
  };
  const begin = { begin: { assign: [{ x: 1 }, { y: 2 }, { z: 3 }] } };
  const end = { end_of_it: { return: ["${x}", "${y}", "${z}", "${sys.now()}"] } };
  return JSON.stringify([begin, ...list(bodies), end]);
}

describe("an execution", () => {
  it("ends in the same way, at the same time, by the same steps, whenever it is run", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 4 }), async (bodies) => {
        const source = toDefinition(bodies);
        const run = () =>
          runAlone({ program: buildProgram(source), argument: null, stubs: { ...noStubs, startMs: 1_000_000 } });
        const first = await run();
        expect(await run()).toEqual(first);
        if (first.outcome.state === "SUCCEEDED") expect(() => parseJson(resultText(first.outcome))).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });
});

function resultText(outcome: Awaited<ReturnType<typeof runAlone>>["outcome"]): string {
  return outcome.state === "SUCCEEDED" ? outcome.result : "";
}
