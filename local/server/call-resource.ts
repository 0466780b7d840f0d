import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Tells the name of the resource that a call is about. */
export type NameResource = (method: string, request: JsonObject) => string;

/** One part of a name: fixed text, or the request field that gives it. */
type Part = { readonly text: string } | { readonly field: readonly string[] };

interface Template {
  readonly parts: readonly Part[];
  /** Fields that the name already holds. */
  readonly used: ReadonlySet<string>;
}

/**
 * Makes what names resources by the path that the method has over HTTP, whichever way the call came in; a resource that
 * is about to be created is named with the id it will have.
 *
 * @param pathOf template of a method's path
 */
export function createResourceNames(pathOf: (method: string) => string | undefined): NameResource {
  const templates = new Map<string, Template>();

  function templateOf(method: string): Template {
    const found = templates.get(method) ?? parse(pathOf(method) ?? "");
    templates.set(method, found);
    return found;
  }

  return (method, request) => {
    const { parts, used } = templateOf(method);
    const name = parts.map((part) => ("text" in part ? part.text : textAt(request, part.field))).join("");
    const id = newId(request, used);
    return id === undefined ? name : `${name}/${id}`;
  };
}

/** The path without version and verb; what a variable must look like is the model's affair. */
function parse(path: string): Template {
  const bare = path.replace(/^\/(?:[a-z]+\/)*v\d\w*\//, "").replace(/:[A-Za-z]+$/, "");
  const parts = bare.split(/(\{[^}]+\})/).map((piece): Part => {
    const variable = /^\{([^=}]+)/.exec(piece)?.[1];
    return variable === undefined ? { text: piece } : { field: variable.split(".").map(toJsonName) };
  });
  return { parts, used: new Set(parts.flatMap((part) => ("field" in part ? part.field.slice(0, 1) : []))) };
}

function toJsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function textAt(value: Json | undefined, [first, ...rest]: readonly string[]): string {
  if (first === undefined) return typeof value === "string" ? value : "";
  return isJsonObject(value) ? textAt(value[first], rest) : "";
}

/** `{resource}Id`, or the name within Compute's `{resource}Resource`. */
function newId(request: JsonObject, used: ReadonlySet<string>): string | undefined {
  for (const field in request) {
    if (used.has(field) || field === "requestId" || field === "projectId") continue;
    const value = request[field];
    if (field.endsWith("Id") && typeof value === "string") return value;
    if (field.endsWith("Resource") && isJsonObject(value) && typeof value.name === "string") return value.name;
  }
  return undefined;
}
