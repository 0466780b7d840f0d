import { unservedMethods } from "../../deviations.ts";
import { loadModel, type Model, type Route } from "../../model/model.ts";
import type { LibraryFunction } from "../stdlib/function.ts";
import type { Connectors } from "../stdlib/library.ts";
import { toFunction } from "./call.ts";
import { documented } from "./documented.ts";
import { toConnectorMethod } from "./method.ts";
import { wrappers } from "./wrappers.ts";

let made: Connectors | undefined;

/** The connectors of the local cloud: methods of the APIs that it serves and that Google documents as connectors. */
export function loadConnectors(): Connectors {
  made ??= createConnectors(loadModel());
  return made;
}

function createConnectors(model: Model): Connectors {
  const functions = new Map<string, LibraryFunction>();
  for (const route of model.routes) add(functions, model, route);
  for (const wrapper of wrappers) functions.set(wrapper.name, wrapper);
  return {
    find: (name) => functions.get(name),
    reasonAgainst: (name) => (isDocumented(name) ? `${name} is a connector that is not served here` : undefined),
  };
}

/** Where several routes have the same name, the first is the one that clients use. */
function add(functions: Map<string, LibraryFunction>, model: Model, route: Route): void {
  if (!isServed(route.method)) return;
  const method = toConnectorMethod(model, route);
  if (method && isDocumented(method.name) && !functions.has(method.name))
    functions.set(method.name, toFunction(method));
}

function isDocumented(name: string): boolean {
  const [, service = "", version = ""] = /^googleapis\.(\w+)\.(\w+)\./.exec(name) ?? [];
  return Object.hasOwn(documented, service) && documented[service]?.includes(version) === true;
}

const unserved = unservedMethods.flatMap(({ methods }) => methods.map(toPattern));

function isServed(method: string): boolean {
  return !unserved.some((pattern) => pattern.test(method));
}

function toPattern(glob: string): RegExp {
  return new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", "[^.]+")}$`);
}
