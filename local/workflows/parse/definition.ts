import { DefinitionError } from "../definition-error.ts";
import { expectList, expectMap, expectName, Fields, refuseTwins } from "./fields.ts";
import { parseSteps } from "./step.ts";
import type { Definition, Parameter, Routine } from "./syntax.ts";
import { parseTemplate } from "./template.ts";
import { parseYaml, type YamlEntry, type YamlNode } from "./yaml.ts";

/** Largest source, in bytes. */
const maxSourceBytes = 128 * 1024;

/**
 * Parses the source of a workflow: a map of `main` and subworkflows, or a bare list of steps.
 *
 * @throws DefinitionError
 * @see https://cloud.google.com/workflows/docs/reference/syntax
 */
export function parseDefinition(source: string): Definition {
  if (Buffer.byteLength(source) > maxSourceBytes) {
    throw new DefinitionError({ message: `the source is larger than ${maxSourceBytes} bytes` });
  }
  const root = parseYaml(source);
  if (root.kind === "list") {
    const main: Routine = { name: "main", position: root.position, params: [], steps: parseSteps(root, "main") };
    return { routines: new Map([["main", main]]) };
  }
  const entries = expectMap(root, "the definition").entries;
  const routines = new Map(entries.map((entry) => [entry.key, parseRoutine(entry)]));
  if (!routines.has("main")) throw new DefinitionError({ message: "main workflow not found", position: root.position });
  return { routines };
}

function parseRoutine({ key, keyPosition, value }: YamlEntry): Routine {
  const what = `workflow '${key}'`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
    throw new DefinitionError({ message: `${what} does not have a valid name`, position: keyPosition });
  }
  const fields = new Fields(value, what);
  const params = fields.take("params");
  const steps = fields.expect("steps");
  fields.end();
  return {
    name: key,
    position: keyPosition,
    params: params ? parseParameters(params, key) : [],
    steps: parseSteps(steps, what),
  };
}

function parseParameters(node: YamlNode, routine: string): readonly Parameter[] {
  const params = expectList(node, `params of workflow '${routine}'`).items.map(parseParameter);
  const limit = routine === "main" ? 1 : 10;
  if (params.length > limit) {
    const message = `workflow '${routine}' has ${params.length} parameters, the limit is ${limit}`;
    throw new DefinitionError({ message, position: node.position });
  }
  refuseTwins(params, "parameter");
  const optional = routine === "main" ? params.find((parameter) => parameter.default) : undefined;
  if (optional) {
    // Main's parameter is null when no argument is sent, so that a default would never count.
    const message = `parameter '${optional.name}' of the main workflow cannot have a default`;
    throw new DefinitionError({ message, position: optional.position });
  }
  return params;
}

function parseParameter(node: YamlNode): Parameter {
  if (node.kind === "scalar") return { name: expectName(node, "parameter"), position: node.position };
  const { entries } = expectMap(node, "parameter");
  const [entry] = entries;
  if (!entry || entries.length > 1) {
    throw new DefinitionError({
      message: "a parameter must be a name or one 'name: default'",
      position: node.position,
    });
  }
  const key: YamlNode = { kind: "scalar", position: entry.keyPosition, value: entry.key };
  return {
    name: expectName(key, "parameter"),
    position: entry.keyPosition,
    default: parseTemplate(entry.value, "params"),
  };
}
