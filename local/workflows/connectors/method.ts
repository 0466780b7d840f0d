import type { Model, Route } from "../../model/model.ts";

/** A method of an API as a connector calls it. */
export interface ConnectorMethod {
  /** For example `googleapis.secretmanager.v1.projects.secrets.get`. */
  readonly name: string;
  readonly host: string;
  readonly verb: Route["verb"];
  /** Path with `{argument}` for each part that an argument gives. */
  readonly path: string;
  /** Names of the arguments in the path. */
  readonly pathArguments: readonly string[];
  /** Names of those that go into the query. */
  readonly queryArguments: readonly string[];
  readonly hasBody: boolean;
  /** What is waited for after it was answered. */
  readonly waitsFor: "operation" | "computeOperation" | "jobExecution" | "nothing";
  /** Whether requests go to the host of a region, which an argument `location` names: always, if it is given, never. */
  readonly location: "required" | "optional" | "none";
}

/**
 * The connector method behind a route: what Google's discovery documents call it, and what its arguments are called
 * there.
 *
 * @returns `undefined` for a route without such a name
 */
export function toConnectorMethod(model: Model, route: Route): ConnectorMethod | undefined {
  const { host, verb } = route;
  const [service = ""] = host.split(".");
  const shape = shapeOf(route.path);
  const resource =
    service === "compute" || service === "storage" ? resourceByService(route) : resourceByPath(route, shape);
  if (!shape || resource === undefined) return undefined;
  const isNamespaced = shape.group !== undefined;
  return {
    name: [
      "googleapis",
      service,
      shape.version,
      isNamespaced ? resource.replace("projects.locations", "namespaces") : resource,
    ].join("."),
    ...{ host, verb },
    ...pathOf(isNamespaced ? route.path.replace("projects/*/locations/*", "namespaces/*") : route.path),
    queryArguments: queryArguments(model, route),
    hasBody: route.body !== undefined,
    waitsFor: waitsFor(model, route, isNamespaced),
    location: isNamespaced ? "required" : service === "run" ? "optional" : "none",
  };
}

interface Shape {
  readonly version: string;
  /** The API group of paths in Kubernetes' form. */
  readonly group?: string;
  /** The path after its version, with `*` and literals. */
  readonly segments: readonly string[];
  /** What a colon at the end starts. */
  readonly custom?: string;
}

const prefix = /^(?:\/apis\/([^/]+)|\/storage|\/compute)?\/(v\d+\w*|beta)\//;

function shapeOf(path: string): Shape | undefined {
  const [matched, group, version] = prefix.exec(path) ?? [];
  if (matched === undefined || version === undefined) return undefined;
  const plain = path.slice(matched.length).replace(/\{[^=}]+(?:=([^}]+))?\}/g, (_, pattern = "*") => pattern);
  const [address = "", custom] = plain.split(":");
  return { version, group, segments: address.split("/"), custom };
}

/** Compute and Storage name their resources by service: `Instances.Insert` is `instances.insert`. */
function resourceByService({ method }: Route): string {
  const [rpc = "", service = ""] = method.split(".").reverse();
  return `${lowerFirst(service)}.${lowerFirst(rpc)}`;
}

/** Elsewhere the fixed parts of the path are the resource, and the verb tells the method. */
function resourceByPath(route: Route, shape: Shape | undefined): string | undefined {
  const { segments = [], custom } = shape ?? {};
  if (segments[0] === "*" || segments[0] === "**") return undefined;
  const resource = segments.filter((segment) => !segment.startsWith("*"));
  const isOne = segments.at(-1)?.startsWith("*") === true;
  return [...resource, custom ?? standardMethod(route, isOne)].join(".");
}

function standardMethod({ verb, method, host }: Route, isOne: boolean): string {
  switch (verb) {
    case "GET":
      return isOne ? "get" : "list";
    case "PUT":
      // Pub/Sub creates by PUT; Cloud Run's first version calls it by what is replaced.
      if (host === "pubsub.googleapis.com") return "create";
      return lowerFirst(method.slice(method.lastIndexOf(".") + 1));
    default:
      return verb === "POST" ? "create" : verb.toLowerCase();
  }
}

/** Dotted variables (`secret.name`) are called by their last part, as everything else in camel case. */
function pathOf(path: string): Pick<ConnectorMethod, "path" | "pathArguments"> {
  const pathArguments: string[] = [];
  const named = path.replace(/\{([^=}]+)(?:=[^}]+)?\}/g, (_, variable: string) => {
    const name = camel(variable.slice(variable.lastIndexOf(".") + 1));
    pathArguments.push(name);
    return `{${name}}`;
  });
  return { path: named, pathArguments };
}

/** Fields of the request that are neither in the path nor in the body; those of a message by their dotted names. */
function queryArguments(model: Model, { method, path, body }: Route): readonly string[] {
  if (body === "*") return [];
  const inPath = new Set([...path.matchAll(/\{([^=}]+)/g)].map(([, variable = ""]) => camel(variable)));
  const fields = Object.entries(model.messages[model.methods[method]?.request ?? ""]?.fields ?? {});
  return fields.flatMap(([name, { type, map }]) => {
    if (name === body || inPath.has(name) || map !== undefined) return [];
    const inner = type.startsWith("google.protobuf.") ? undefined : model.messages[type];
    return inner ? Object.keys(inner.fields).map((below) => `${name}.${below}`) : [name];
  });
}

/** Whoever reads an operation wants it as it is; all else that answers one is waited for. */
function waitsFor(model: Model, { verb, method }: Route, isNamespaced: boolean): ConnectorMethod["waitsFor"] {
  const response = model.methods[method]?.response;
  if (isNamespaced && method.endsWith(".RunJob")) return "jobExecution";
  if (verb === "GET") return "nothing";
  if (response === "google.longrunning.Operation") return "operation";
  return response === "google.cloud.compute.v1.Operation" ? "computeOperation" : "nothing";
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
