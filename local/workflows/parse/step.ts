import { DefinitionError } from "../definition-error.ts";
import { parseAssign } from "./assign.ts";
import { expectList, expectName, expectSingle, expectText, Fields } from "./fields.ts";
import { parseFor, parseParallel } from "./iteration.ts";
import { expectKind, kinds } from "./literal.ts";
import type { Action, CallAction, Jump, Step, SwitchCase, Template } from "./syntax.ts";
import { parseTemplate } from "./template.ts";
import { parseTry } from "./try.ts";
import type { YamlNode } from "./yaml.ts";

/** The keys that say what a step does; a step has one of them, or `next` alone. */
const actionKeys = ["assign", "call", "switch", "for", "parallel", "try", "raise", "return", "steps"] as const;

/** Most conditions in one switch. */
const maxConditions = 50;

/** Parses a list of `name: body`. */
export function parseSteps(node: YamlNode, what: string): readonly Step[] {
  const list = expectList(node, `steps of ${what}`);
  if (list.items.length === 0) {
    throw new DefinitionError({ message: `${what} must have at least one step`, position: node.position });
  }
  return list.items.map((item) => {
    const { key, keyPosition, value } = expectSingle(item, "a step");
    if (key === "") throw new DefinitionError({ message: "step name should not be empty", position: keyPosition });
    return { ...parseBody(new Fields(value, "step", key), key), position: keyPosition };
  });
}

/**
 * Parses what a step does and where it goes next.
 *
 * @param fields all of them are taken
 */
function parseBody(fields: Fields, name: string): Step {
  const keys = actionKeys.filter((key) => fields.has(key));
  const [key, other] = keys;
  if (other) {
    const message = `a step cannot have both '${key}' and '${other}'`;
    throw new DefinitionError({ message, position: fields.position, step: name });
  }
  const action: Action = key ? parseAction(key, fields, name) : { kind: "jump" };
  const next = parseJump(fields.take("next"), name);
  fields.end();
  if (!key && !next) {
    throw new DefinitionError({ message: "step has nothing to do", position: fields.position, step: name });
  }
  return { name, position: fields.position, action, next };
}

function parseAction(key: (typeof actionKeys)[number], fields: Fields, step: string): Action {
  const node = fields.expect(key);
  switch (key) {
    case "assign":
      return parseAssign(node, step);
    case "call":
      return parseCall(node, fields, step);
    case "switch":
      return parseSwitch(node, step);
    case "for":
      return parseFor(node, { step, parseSteps });
    case "parallel":
      return parseParallel(node, { step, parseSteps });
    case "try":
      return parseTry(node, { fields, step, parseSteps, parseBody });
    case "steps":
      return { kind: "steps", steps: parseSteps(node, `step '${step}'`) };
    case "raise": {
      const place = { what: "raise", step, position: node.position };
      return { kind: "raise", value: expectKind(parseTemplate(node, step), kinds.error, place) };
    }
    case "return":
      return { kind: "return", value: parseTemplate(node, step) };
  }
}

function parseCall(node: YamlNode, fields: Fields, step: string): CallAction {
  const callee = expectText(node, "call", step);
  const argsNode = fields.take("args");
  const resultNode = fields.take("result");
  const args = new Map<string, Template>();
  if (argsNode && !(argsNode.kind === "scalar" && argsNode.value === null)) {
    const names = new Fields(argsNode, "args", step);
    for (const name of names.keys) args.set(name, parseTemplate(names.expect(name), step));
  }
  const result = resultNode && {
    variable: expectName(resultNode, "result", step),
    position: resultNode.position,
  };
  return { kind: "call", callee, calleePosition: node.position, args, result };
}

function parseSwitch(node: YamlNode, step: string): Action {
  const { items } = expectList(node, "switch", step);
  if (items.length === 0 || items.length > maxConditions) {
    const message = `a switch must have 1 to ${maxConditions} conditions, not ${items.length}`;
    throw new DefinitionError({ message, position: node.position, step });
  }
  return { kind: "switch", cases: items.map((item) => parseCase(item, step)) };
}

function parseCase(node: YamlNode, step: string): SwitchCase {
  const fields = new Fields(node, "switch condition", step);
  const conditionNode = fields.expect("condition");
  const place = { what: "condition", step, position: conditionNode.position };
  const condition = expectKind(parseTemplate(conditionNode, step), kinds.boolean, place);
  // A condition alone is allowed: it ends the switch without doing anything.
  const body: Step =
    fields.keys.length > 0
      ? parseBody(fields, step)
      : { name: step, position: node.position, action: { kind: "jump" } };
  return { condition, position: node.position, body };
}

function parseJump(node: YamlNode | undefined, step: string): Jump | undefined {
  return node && { target: expectText(node, "next", step), position: node.position };
}
