import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Environment, evaluate } from "../../../local/workflows/expression/evaluate.ts";
import { parseExpression } from "../../../local/workflows/expression/parse.ts";
import { WorkflowError } from "../../../local/workflows/fault.ts";
import { parseJson, stringifyJson } from "../../../local/workflows/value/json.ts";
import { sizeOf } from "../../../local/workflows/value/size.ts";
import { isEqual, type Value } from "../../../local/workflows/value/value.ts";

const nothing: Environment = {
  variable: () => undefined,
  constant: () => undefined,
  call: () => {
    throw new Error("nothing is called");
  },
};

function resultOf(text: string): Value {
  const step = evaluate(parseExpression(text), nothing).next();
  if (!step.done) throw new Error("an expression without calls has no effects");
  return step.value;
}

const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const small = fc.bigInt({ min: -1000n, max: 1000n });
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    integer,
    double,
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

describe("JSON text", () => {
  it("gives back every value, integers and doubles apart", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (given, indent) => {
        const read = parseJson(stringifyJson(given, { indent }));
        expect(isEqual(read, given)).toBe(true);
        expect(stringifyJson(read)).toBe(stringifyJson(given));
      }),
    );
  });

  it("is read as the platform reads it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => expect(JSON.parse(stringifyJson(parseJson(text)))).toEqual(JSON.parse(text))),
    );
  });

  it("is refused where the platform refuses it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{},:"\\0123.eE+-truefalsn \n\t') }), (text) => {
        const isRefused = (read: (text: string) => unknown) => {
          try {
            read(text);
            return false;
          } catch (caught) {
            return caught instanceof SyntaxError || caught instanceof WorkflowError;
          }
        };
        expect(isRefused(parseJson)).toBe(isRefused(JSON.parse));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("arithmetic", () => {
  it("of integers is exact within 64 bits", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect([resultOf(`${a} + ${b}`), resultOf(`${a} - ${b}`), resultOf(`${a} * ${b}`)]).toEqual([
          a + b,
          a - b,
          a * b,
        ]);
      }),
    );
  });

  it("divides so that quotient and remainder make up the dividend", () => {
    fc.assert(
      fc.property(
        integer,
        small.filter((divisor) => divisor !== 0n && divisor !== -1n),
        (a, b) => {
          const quotient = resultOf(`${a} // ${b}`);
          const rest = resultOf(`${a} % ${b}`);
          if (typeof quotient !== "bigint" || typeof rest !== "bigint") throw new Error("integers give integers");
          expect(quotient * b + rest).toBe(a);
          expect(rest === 0n || rest < 0n === b < 0n).toBe(true);
        },
      ),
    );
  });

  it("binds as the table of precedence says", () => {
    fc.assert(
      fc.property(fc.tuple(small, small, small, small), ([a, b, c, d]) => {
        expect(resultOf(`${a} + ${b} * ${c} - ${d}`)).toBe(a + b * c - d);
        expect(resultOf(`${a} < ${b} or ${c} < ${d} and ${a} == ${c}`)).toBe(a < b || (c < d && a === c));
        expect(resultOf(`not (${a} + ${b} == ${c})`)).toBe(a + b !== c);
      }),
    );
  });

  it("orders numbers of both kinds by amount", () => {
    fc.assert(
      fc.property(integer, double, (a, b) => {
        const text = Object.is(b, -0) ? "0.0" : b < 0 ? `(0 - ${stringifyJson(-b)})` : stringifyJson(b);
        expect(resultOf(`${a} < ${text}`)).toBe(a < b);
        expect(resultOf(`${a} >= ${text}`)).toBe(a >= b);
      }),
    );
  });
});

describe("string literals", () => {
  it("mean the text that JSON writes them for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => expect(resultOf(JSON.stringify(text))).toBe(text)),
    );
  });
});

describe("parseExpression", () => {
  it("never fails in an unforeseen way", () => {
    const part = fc.constantFrom(
      "1",
      "a",
      ".",
      "(",
      ")",
      "[",
      "]",
      "+",
      "not",
      "and",
      '"x"',
      ",",
      "in",
      "-",
      " ",
      "$",
      "{",
      "é",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        try {
          parseExpression(parts.join(""));
        } catch (caught) {
          expect(caught).toMatchObject({ name: "ExpressionError", offset: expect.any(Number) });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("isEqual and sizeOf", () => {
  it("agree on copies", () => {
    fc.assert(
      fc.property(value, (given) => {
        const copy = parseJson(stringifyJson(given));
        expect(isEqual(given, copy) && isEqual(copy, given)).toBe(true);
        expect(sizeOf(copy)).toBe(sizeOf(given));
      }),
    );
  });
});
