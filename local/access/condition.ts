import { ApiError } from "../error.ts";

/** What a condition may look at. */
interface ConditionContext {
  /** Clock time in milliseconds since the epoch. */
  readonly now: number;
  /** Roles whose members the request to set a policy changes; absent for other requests. */
  readonly modifiedRoles?: readonly string[];
  /** Name of the resource that is asked for, without `//{host}/`. */
  readonly resourceName?: string;
}

/** Whether one clause of a condition holds. */
type Clause = (context: ConditionContext) => boolean;

const comparisons: Readonly<Record<string, (now: number, then: number) => boolean>> = {
  "<": (now, then) => now < then,
  "<=": (now, then) => now <= then,
  ">": (now, then) => now > then,
  ">=": (now, then) => now >= then,
};

/**
 * Reads the condition of a binding: comparisons of `request.time`, the beginning or whole of `resource.name`, and limits
 * on the roles that may be granted, joined by `&&`.
 *
 * @throws ApiError UNIMPLEMENTED for anything else, so that no condition is silently taken for true
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
export function parseCondition(expression: string): Clause {
  const clauses = expression.split("&&").map((text) => parseClause(text.trim()));
  return (context) => clauses.every((clause) => clause(context));
}

function parseClause(text: string): Clause {
  const clause = parseTime(text) ?? parseName(text) ?? parseGrants(text);
  if (clause) return clause;
  throw new ApiError({
    code: "UNIMPLEMENTED",
    message:
      `The condition '${text}' is not evaluated here: request.time compared with timestamp("…"), ` +
      'resource.name == "…", resource.name.startsWith("…") and ' +
      "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([…]) are.",
  });
}

function parseTime(text: string): Clause | undefined {
  const parts = text.match(/^request\.time\s*(<=|>=|<|>)\s*timestamp\((["'])([^"']+)\2\)$/);
  const compare = comparisons[parts?.[1] ?? ""];
  const then = Date.parse(parts?.[3] ?? "");
  if (!compare || Number.isNaN(then)) return undefined;
  return ({ now }) => compare(now, then);
}

function parseName(text: string): Clause | undefined {
  const whole = text.match(/^resource\.name\s*==\s*(["'])([^"']+)\1$/)?.[2];
  if (whole !== undefined) return ({ resourceName }) => resourceName === whole;
  const beginning = text.match(/^resource\.name\.startsWith\((["'])([^"']+)\1\)$/)?.[2];
  if (beginning !== undefined) return ({ resourceName = "" }) => resourceName.startsWith(beginning);
  return undefined;
}

/** Requests that set no policy change no grant, so the limit holds for them. */
function parseGrants(text: string): Clause | undefined {
  const parts = text.match(
    /^api\.getAttribute\((["'])iam\.googleapis\.com\/modifiedGrantsByRole\1,\s*\[\]\)\.hasOnly\(\[([^\]]*)\]\)$/,
  );
  if (!parts) return undefined;
  const roles = new Set([...(parts[2] ?? "").matchAll(/["']([^"']+)["']/g)].map(([, role]) => role));
  return ({ modifiedRoles = [] }) => modifiedRoles.every((role) => roles.has(role));
}
