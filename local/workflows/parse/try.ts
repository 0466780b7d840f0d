import { DefinitionError } from "../definition-error.ts";
import { expectName, Fields } from "./fields.ts";
import type { BodyContext } from "./iteration.ts";
import { expectKind, kinds } from "./literal.ts";
import type { RetryPolicy, Step, Template, TryAction } from "./syntax.ts";
import { parseTemplate } from "./template.ts";
import type { YamlNode } from "./yaml.ts";

/** The step around a `try`, whose other fields are `retry` and `except`. */
export interface TryContext extends BodyContext {
  readonly fields: Fields;
  readonly parseBody: (fields: Fields, name: string) => Step;
}

/** Parses `try` with its `retry` and `except` siblings. */
export function parseTry(node: YamlNode, context: TryContext): TryAction {
  const { fields, step, parseBody } = context;
  const body = new Fields(node, "try", step);
  if (body.has("for")) {
    // The service refuses this too: the loop would have no step to be named after.
    throw new DefinitionError({ message: "loop step name should not be empty", position: node.position, step });
  }
  const retry = fields.take("retry");
  const except = fields.take("except");
  if (!retry && !except) {
    throw new DefinitionError({ message: "try must have 'retry' or 'except'", position: node.position, step });
  }
  return {
    kind: "try",
    body: parseBody(body, step),
    retry: retry && parseRetry(retry, step),
    except: except && parseExcept(except, context),
  };
}

/** See choice `except-variable`. */
function parseExcept(node: YamlNode, { step, parseSteps }: BodyContext): TryAction["except"] {
  const fields = new Fields(node, "except", step);
  const as = fields.take("as");
  const steps = parseSteps(fields.expect("steps"), `except of step '${step}'`);
  fields.end();
  return { variable: as && expectName(as, "as", step), steps, position: node.position };
}

function parseRetry(node: YamlNode, step: string): RetryPolicy {
  if (node.kind !== "map") {
    const place = { what: "retry", step, position: node.position };
    return { kind: "value", value: expectKind(parseTemplate(node, step), kinds.expression, place) };
  }
  const fields = new Fields(node, "retry", step);
  const template = (from: Fields, key: string, kind: keyof typeof kinds) => {
    const value = from.take(key);
    return value && expectKind(parseTemplate(value, step), kinds[kind], { what: key, step, position: value.position });
  };
  const backoffNode = fields.take("backoff");
  const policy: RetryPolicy = {
    kind: "policy",
    predicate: template(fields, "predicate", "expression"),
    maxRetries: template(fields, "max_retries", "count"),
    backoff: backoffNode && parseBackoff(backoffNode, step),
  };
  fields.end();
  return policy;
}

/** An expression such as `retry.default_backoff`, or a map of what is not as it is there. */
function parseBackoff(node: YamlNode, step: string): Template {
  const value = parseTemplate(node, step);
  if (value.kind === "expression") return value;
  const fields = new Fields(node, "backoff", step);
  for (const key of ["initial_delay", "max_delay", "multiplier"]) {
    const part = fields.take(key);
    if (part) expectKind(parseTemplate(part, step), kinds.number, { what: key, step, position: part.position });
  }
  fields.end();
  return value;
}
