import { ApiError } from "./error.ts";

/**
 * Whether a resource passes a list filter: comparisons `field = value`, `!=`, `:`, `eq`, `ne` (the last two match a
 * whole regular expression), joined by `AND` or written in parentheses side by side.
 *
 * @throws ApiError INVALID_ARGUMENT for anything else
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/networks/list
 */
export function matches(resource: object, filter = ""): boolean {
  if (filter.trim() === "") return true;
  return terms(filter).every((term) => {
    const parsed = /^([\w.]+)\s*(=|!=|:|\beq\b|\bne\b)\s*(?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(term);
    if (!parsed) throw invalid(filter);
    const [, field = "", operator = "", ...values] = parsed;
    return compare(fieldOf(resource, field), operator, values.find((value) => value !== undefined) ?? "");
  });
}

function terms(filter: string): string[] {
  const parts = filter.includes("(") ? filter.split(/[()]/) : [filter];
  return parts
    .flatMap((part) => ` ${part} `.split(/\s+AND\s+/))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function fieldOf(resource: object, field: string): string {
  let value: unknown = resource;
  for (const segment of field.split(".")) {
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[segment] : undefined;
  }
  return value === undefined ? "" : String(value);
}

function compare(value: string, operator: string, wanted: string): boolean {
  switch (operator) {
    case "=":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case ":":
      return wanted === "*" ? value !== "" : value.includes(wanted);
    case "eq":
      return wholeMatch(wanted).test(value);
    default:
      return !wholeMatch(wanted).test(value);
  }
}

function wholeMatch(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw invalid(pattern);
  }
}

function invalid(filter: string): ApiError {
  const message = `Invalid value for field 'filter': '${filter}'. Invalid list filter expression.`;
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "invalid" });
}
