import type { FieldKind, FieldValue } from "./field.ts";

/** One comparison of a filter, once its field is known. */
export interface Comparison {
  readonly kind: FieldKind;
  readonly operator: string;
  /** As it was written, escapes included where it was in quotes. */
  readonly wanted: string;
  readonly isQuoted: boolean;
}

/** Makes the test of a field's value. `undefined` for a comparison that such a field does not take. */
export function compile({ kind, operator, wanted: written, isQuoted }: Comparison): Test | undefined {
  if (operator === "eq" || operator === "ne") return kind === "message" ? undefined : compileMatch(operator, written);
  const wanted = isQuoted ? written.replace(/\\(.)/g, "$1") : written;
  if (operator === "!=") return not(compile({ kind, operator: "=", wanted: written, isQuoted }));
  if (operator === ":" && wanted === "*") return isThere;
  switch (kind) {
    case "message":
      return undefined;
    case "list":
      return operator === ":" || operator === "="
        ? (value) => textsOf(value).some((one) => isLike(one, wanted))
        : undefined;
    case "number":
      return compileNumber(operator, wanted);
    default:
      return (value) => textsOf(value, wanted).some((one) => compareText(one, operator, wanted));
  }
}

/** Whether a field's value passes. */
export type Test = (value: FieldValue) => boolean;

function not(test: Test | undefined): Test | undefined {
  return test && ((value) => !test(value));
}

function isThere(value: FieldValue): boolean {
  return typeof value === "object" ? value.length > 0 : value !== undefined && value !== "";
}

/** The texts of a value; nothing at all is the same as empty text. */
function textsOf(value: FieldValue, wanted?: string): readonly string[] {
  if (typeof value === "object") return value;
  if (value === undefined) return wanted === "" ? [""] : [];
  return [String(value)];
}

/** The whole of a value by a regular expression, as Compute Engine's `eq` and `ne` have it. */
function compileMatch(operator: string, pattern: string): Test | undefined {
  try {
    const whole = new RegExp(`^(?:${pattern.replace(/\\(["'])/g, "$1")})$`);
    const isMatch = (value: FieldValue) =>
      (textsOf(value).length > 0 ? textsOf(value) : [""]).some((one) => whole.test(one));
    return operator === "eq" ? isMatch : (value) => !isMatch(value);
  } catch {
    return undefined;
  }
}

function compileNumber(operator: string, wanted: string): Test | undefined {
  const number = toNumber(wanted);
  if (number === undefined) return undefined;
  return (value) => typeof value === "number" && compareOrder(value - number, operator);
}

/** A number, a duration such as `3.5s`, or a time. */
function toNumber(text: string): number | undefined {
  const number = /^-?\d+(?:\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Date.parse(text);
  return Number.isNaN(number) ? undefined : number;
}

function compareText(present: string, operator: string, wanted: string): boolean {
  if (operator === ":") return present.includes(wanted);
  if (operator === "=") return isLike(present, wanted);
  return compareOrder(present === wanted ? 0 : present < wanted ? -1 : 1, operator);
}

function compareOrder(order: number, operator: string): boolean {
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return order === 0;
  }
}

/** The same text, where `*` at either end stands for any. */
function isLike(present: string, wanted: string): boolean {
  const [start = "", end] = wanted.split("*");
  if (end === undefined) return present === wanted;
  return present.length >= wanted.length - 1 && present.startsWith(start) && present.endsWith(end);
}
