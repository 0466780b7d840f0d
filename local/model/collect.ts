import protobuf from "protobufjs";
import type { Method, Model, Route } from "./model.ts";
import { annotation, fullName, ownApis } from "./read.ts";
import { mixinRoutes, routesOf } from "./routes.ts";
import { mixinHosts, selections } from "./selection.ts";
import { TypeCollector } from "./type-collector.ts";

/** A method of the definitions with where it is served and which types file it belongs to. */
interface SelectedMethod {
  readonly api: string;
  readonly host: string;
  readonly method: protobuf.Method;
  readonly ours: boolean;
}

/** The model, and which API's types file holds which packages and methods. */
export interface Collected {
  readonly model: Model;
  /** Types files by package name; the first package of a file names its types without a prefix. */
  readonly packages: ReadonlyMap<string, string>;
  /** Full method names by types file. */
  readonly methods: ReadonlyMap<string, readonly string[]>;
}

/** Details of errors, which no method names but every one may answer. */
const errorDetails = ["BadRequest", "ErrorInfo", "Help", "PreconditionFailure", "QuotaFailure", "RetryInfo"];

/** Collects routes, methods and every type they reach from the definitions. */
export function collect(root: protobuf.Root): Collected {
  const selected = [...selectedMethods(root), ...ownMethods(root)];
  const types = new TypeCollector();
  const methods: Record<string, Method> = {};
  const routes: Route[] = [];
  for (const { host, method, ours } of selected) {
    methods[fullName(method)] = { ...signature(method, types), hosts: [host], ...(ours ? { ours: true } : {}) };
    // Streams go over gRPC only.
    if (isUnary(method)) routes.push(...routesOf(host, method));
  }
  for (const { host, ...route } of mixinHosts.flatMap((mixin) => mixinRoutes(mixin))) {
    const hosts = new Set([...(methods[route.method]?.hosts ?? []), host]);
    methods[route.method] = { ...signature(lookupMethod(root, route.method), types), hosts: [...hosts] };
    routes.push({ host, ...route });
  }
  for (const name of errorDetails) types.reach(root.lookupType(`google.rpc.${name}`));
  return {
    model: { routes, methods, messages: types.messages, enums: types.enums },
    packages: new Map(selected.map(({ api, method }) => [packageOf(method), api])),
    methods: namesByApi(selected),
  };
}

function selectedMethods(root: protobuf.Root): SelectedMethod[] {
  return selections.flatMap(({ api, services }) =>
    Object.entries(services).flatMap(([name, chosen]) => {
      const service = root.lookupService(name);
      return service.methodsArray
        .filter((method) => chosen === "all" || chosen.includes(method.name))
        .map((method) => ({ api, host: hostOf(service), method, ours: false }));
    }),
  );
}

/** Methods of every service that one of our own files defines. */
function ownMethods(root: protobuf.Root): SelectedMethod[] {
  const apis = ownApis();
  return servicesBelow(root).flatMap((service) => {
    const api = apis.find((name) => service.filename?.endsWith(`/ours/${name}.proto`));
    if (api === undefined) return [];
    return service.methodsArray.map((method) => ({ api, host: hostOf(service), method, ours: true }));
  });
}

function servicesBelow(namespace: protobuf.NamespaceBase): protobuf.Service[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Service) return [nested];
    return nested instanceof protobuf.Namespace ? servicesBelow(nested) : [];
  });
}

function hostOf(service: protobuf.Service): string {
  const host = annotation(service, "(google.api.default_host)");
  if (typeof host !== "string") throw new Error(`${service.fullName} names no host`);
  return host.replace(/:\d+$/, "");
}

type Signature = Pick<Method, "request" | "response" | "requestStream" | "responseStream">;

function signature(method: protobuf.Method, types: TypeCollector): Signature {
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  if (!request || !response) throw new Error(`${method.fullName} has unknown types`);
  for (const type of [request, response, ...longrunningTypes(method)]) types.reach(type);
  return {
    request: fullName(request),
    response: fullName(response),
    ...(method.requestStream ? { requestStream: true } : {}),
    ...(method.responseStream ? { responseStream: true } : {}),
  };
}

/** Types that an operation's `response` and `metadata` carry, which the signature does not show. */
function longrunningTypes(method: protobuf.Method): protobuf.Type[] {
  const declared = annotation(method, "(google.longrunning.operation_info)");
  if (typeof declared !== "object" || declared === null || !method.parent) return [];
  const { parent } = method;
  return Object.values(declared).map((name) => parent.lookupType(String(name)));
}

function isUnary(method: protobuf.Method): boolean {
  return !method.requestStream && !method.responseStream;
}

function lookupMethod(root: protobuf.Root, name: string): protobuf.Method {
  const service = root.lookupService(name.slice(0, name.lastIndexOf(".")));
  const method = service.methods[name.slice(name.lastIndexOf(".") + 1)];
  if (!method) throw new Error(`there is no method ${name}`);
  return method;
}

function packageOf(method: protobuf.Method): string {
  return method.parent?.parent ? fullName(method.parent.parent) : "";
}

function namesByApi(selected: readonly SelectedMethod[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { api, method } of selected) names.set(api, [...(names.get(api) ?? []), fullName(method)]);
  return names;
}
