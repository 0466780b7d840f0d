import { DefinitionError } from "../definition-error.ts";
import { expectList, expectName, expectSingle, expectText, Fields, refuseTwins } from "./fields.ts";
import { expectKind, kinds } from "./literal.ts";
import type { Branch, ForAction, ParallelAction, Step, Template } from "./syntax.ts";
import { parseTemplate } from "./template.ts";
import type { YamlNode } from "./yaml.ts";

/** The step that a body belongs to, and how to read the steps inside it. */
export interface BodyContext {
  readonly step: string;
  readonly parseSteps: (node: YamlNode, what: string) => readonly Step[];
}

/** Parses the body of `for`. */
export function parseFor(node: YamlNode, { step, parseSteps }: BodyContext): ForAction {
  const fields = new Fields(node, "for", step);
  const value = expectName(fields.expect("value"), "value", step);
  const indexNode = fields.take("index");
  const index = indexNode && expectName(indexNode, "index", step);
  if (index === value) {
    const message = `value and index are both named '${value}'`;
    throw new DefinitionError({ message, position: indexNode?.position ?? node.position, step });
  }
  const source = parseSource(fields, step);
  const steps = parseSteps(fields.expect("steps"), `step '${step}'`);
  fields.end();
  return { kind: "for", value, index, source, steps, position: node.position };
}

/** See choice `range-forms`. */
function parseSource(fields: Fields, step: string): ForAction["source"] {
  const inNode = fields.take("in");
  const rangeNode = fields.take("range");
  if ((inNode === undefined) === (rangeNode === undefined)) {
    const message = "for must have exactly one of 'in' and 'range'";
    throw new DefinitionError({ message, position: fields.position, step });
  }
  if (rangeNode?.kind === "list" && rangeNode.items.length !== 2) {
    throw new DefinitionError({ message: "range must be [begin, end]", position: rangeNode.position, step });
  }
  const node = inNode ?? rangeNode ?? fields.expect("in");
  const kind = inNode ? "in" : "range";
  const list = expectKind(parseTemplate(node, step), kinds.list, { what: kind, step, position: node.position });
  return { kind, list };
}

/** Parses the body of `parallel`. */
export function parseParallel(node: YamlNode, context: BodyContext): ParallelAction {
  const { step } = context;
  const fields = new Fields(node, "parallel", step);
  checkPolicy(fields.take("exception_policy"), step);
  const sharedNode = fields.take("shared");
  const shared = (sharedNode ? expectList(sharedNode, "shared", step).items : []).map((item) => ({
    name: expectName(item, "shared variable", step),
    position: item.position,
  }));
  refuseTwins(shared, "shared variable", step);
  const limitNode = fields.take("concurrency_limit");
  const branches = fields.take("branches");
  const loop = fields.take("for");
  fields.end();
  if ((branches === undefined) === (loop === undefined)) {
    const message = "parallel must have exactly one of 'branches' and 'for'";
    throw new DefinitionError({ message, position: node.position, step });
  }
  return {
    kind: "parallel",
    position: node.position,
    shared,
    concurrencyLimit: limitNode && parseLimit(limitNode, step),
    work: loop ? parseFor(loop, context) : { kind: "branches", branches: parseBranches(branches ?? node, context) },
  };
}

function parseLimit(node: YamlNode, step: string): Template {
  const place = { what: "concurrency_limit", step, position: node.position };
  return expectKind(parseTemplate(node, step), kinds.positive, place);
}

function checkPolicy(node: YamlNode | undefined, step: string): void {
  if (node && expectText(node, "exception_policy", step) !== "continueAll") {
    throw new DefinitionError({ message: "exception_policy must be continueAll", position: node.position, step });
  }
}

function parseBranches(node: YamlNode, { step, parseSteps }: BodyContext): readonly Branch[] {
  const { items } = expectList(node, "branches", step);
  if (items.length < 2 || items.length > 10) {
    const message = `parallel must have 2 to 10 branches, not ${items.length}`;
    throw new DefinitionError({ message, position: node.position, step });
  }
  const branches = items.map((item) => {
    const { key, keyPosition, value } = expectSingle(item, "a branch", step);
    const fields = new Fields(value, `branch '${key}'`, step);
    const steps = parseSteps(fields.expect("steps"), `branch '${key}'`);
    fields.end();
    return { name: key, position: keyPosition, steps };
  });
  refuseTwins(branches, "branch", step);
  return branches;
}
