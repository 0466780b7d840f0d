import type { Api } from "../../../local/api.ts";
import type { Json, JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel, type Method, type Model, type Route } from "../../../local/model/model.ts";
import { createSharedMethods } from "../../../local/server/shared.ts";
import { testProject } from "../../support/local-cloud.ts";

/** A served method with the requests that its definition makes plausible. */
export interface Subject {
  readonly host: string;
  /** Full method name. */
  readonly name: string;
  readonly method: Method;
  readonly style: NonNullable<Api["errorStyle"]>;
  /** Its first HTTP binding. */
  readonly route: Route | undefined;
  /** Host and path with every variable filled in. */
  readonly address: string;
}

const usual: Readonly<Record<string, string>> = {
  projects: testProject,
  project: testProject,
  project_id: testProject,
  locations: "us-central1",
  regions: "us-central1",
  region: "us-central1",
  zones: "us-central1-a",
  zone: "us-central1-a",
  namespaces: testProject,
  services: "absent",
};

/** Every unary method that a local cloud serves, each once for every host that serves it. */
export function subjectsOf(local: LocalCloud, model: Model = loadModel()): Subject[] {
  const shared = createSharedMethods(local.cloud.operations);
  return local.apis.flatMap((api) =>
    Object.entries(model.methods)
      .filter(([name, { hosts }]) => hosts.includes(api.host) && (api.methods[name] ?? shared(api.host)[name]))
      .map(([name, method]) => toSubject(model, api, { name, method })),
  );
}

function toSubject(
  model: Model,
  { host, errorStyle: style = "rpc" }: Api,
  { name, method }: Pick<Subject, "name" | "method">,
): Subject {
  const route = model.routes.find((one) => one.method === name && one.host === host);
  return { host, name, method, style, route, address: route ? `${host}${fillPath(route.path)}` : "" };
}

/** A path of a template, such as `/v1/projects/test-project/secrets/absent`. */
function fillPath(path: string): string {
  return path.replace(/\{([^=}]+)(?:=([^}]+))?\}/g, (_, name: string, pattern?: string) =>
    pattern === undefined ? (usual[name] ?? "absent") : fillPattern(pattern),
  );
}

/** A name of a pattern, such as `projects/test-project/locations/us-central1`. */
function fillPattern(pattern: string): string {
  const parts = pattern.split("/");
  return parts
    .map((part, index) => (part.startsWith("*") ? (usual[parts[index - 1] ?? ""] ?? "absent") : part))
    .join("/");
}

/** A request that lacks nothing that the definition demands, names included; whether what it names is there is another matter. */
export function plausibleRequest(model: Model, { method, route }: Subject): JsonObject {
  const request = { ...demanded(model, method.request, 0) } as Record<string, Json>;
  for (const [, path = "", pattern] of route?.path.matchAll(/\{([^=}]+)(?:=([^}]+))?\}/g) ?? []) {
    const value = pattern === undefined ? (usual[path] ?? "absent") : fillPattern(pattern);
    put(request, jsonPath(model, method.request, path), value);
  }
  return request;
}

function demanded(model: Model, type: string, depth: number): JsonObject {
  const fields = Object.entries(model.messages[type]?.fields ?? {});
  const needed = fields.filter(([, { behaviors }]) => behaviors?.includes("REQUIRED"));
  return Object.fromEntries(
    needed.map(([name, field]) => {
      const value = plausibleValue(model, field.type, depth);
      return [name, field.map ? { key: value } : field.repeated ? [value] : value];
    }),
  );
}

/** A value that a field of the type takes. */
export function plausibleValue(model: Model, type: string, depth = 0): Json {
  const values = model.enums[type];
  if (values) return Object.keys(values).at(-1) ?? "";
  if (type in plausible) return plausible[type] ?? null;
  return depth < 6 && model.messages[type] ? demanded(model, type, depth + 1) : 1;
}

const plausible: Readonly<Record<string, Json>> = {
  ...{ string: "text", bytes: "dGV4dA==", bool: true },
  ...{ "google.protobuf.Timestamp": "2030-01-01T00:00:00Z", "google.protobuf.Duration": "60s" },
  ...{ "google.protobuf.FieldMask": "", "google.protobuf.Struct": {}, "google.protobuf.Value": "text" },
  ...{ "google.protobuf.Any": { "@type": "type.googleapis.com/google.protobuf.Empty" } },
};

/** JSON names along a path in the definition's spelling. */
export function jsonPath(model: Model, type: string, path: string): string[] {
  const [first = "", ...rest] = path.split(".");
  const fields = Object.entries(model.messages[type]?.fields ?? {});
  const [name, field] = fields.find(([json, { proto = json }]) => proto === first) ?? [first];
  return rest.length === 0 ? [name] : [name, ...jsonPath(model, field?.type ?? "", rest.join("."))];
}

/** Sets a value deep inside an object, making the objects on the way. */
export function put(target: Record<string, Json>, [first = "", ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner: Record<string, Json> = { ...((target[first] ?? {}) as Record<string, Json>) };
  put(inner, rest, value);
  target[first] = inner;
}

/** Text from which a method's cases are told apart. */
export function label({ host, name }: Subject): string {
  return `${host} ${name.split(".").slice(-2).join(".")}`;
}
