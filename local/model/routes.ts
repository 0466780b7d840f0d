import type protobuf from "protobufjs";
import type { Route } from "./model.ts";
import { annotation, fullName, jsonName } from "./read.ts";
import type { Mixin } from "./selection.ts";

const verbs = ["get", "put", "post", "delete", "patch"] as const;

/** The HTTP bindings of a method, the additional ones included. */
export function routesOf(host: string, method: protobuf.Method): Route[] {
  const rule = annotation(method, "(google.api.http)");
  return isRule(rule) ? bindings(rule).map((binding) => toRoute(host, method, binding)) : [];
}

type Rule = Readonly<Record<string, unknown>>;

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null;
}

/** protobufjs gives a single additional binding as an object, several as a list. */
function bindings(rule: Rule): Rule[] {
  const additional = rule.additional_bindings;
  const list = Array.isArray(additional) ? additional : additional === undefined ? [] : [additional];
  return [rule, ...list.filter(isRule)];
}

function toRoute(host: string, method: protobuf.Method, rule: Rule): Route {
  const verb = verbs.find((name) => typeof rule[name] === "string");
  if (!verb) throw new Error(`${method.fullName} has a binding without a path`);
  const route = { host, verb: verb.toUpperCase() as Route["verb"], path: String(rule[verb]), method: fullName(method) };
  return typeof rule.body === "string" ? { ...route, body: bodyName(method, rule.body) } : route;
}

function bodyName(method: protobuf.Method, body: string): string {
  const field = method.resolvedRequestType?.fields[body];
  if (body === "*") return body;
  if (!field) throw new Error(`${method.fullName} has no request field ${body}`);
  return jsonName(field);
}

/** Routes of the operations, locations and policies that an API shares with others. */
export function mixinRoutes(mixin: Mixin): Route[] {
  return [...operationRoutes(mixin), ...locationRoutes(mixin), ...policyRoutes(mixin)];
}

function operationRoutes({ host, version, operations, operationMethods = ["get", "list"] }: Mixin): Route[] {
  if (!operations) return [];
  const parent = operations === "location" ? "projects/*/locations/*" : "";
  const one = `/${version}/{name=${parent ? `${parent}/operations/*` : "operations/**"}}`;
  const all = parent ? `/${version}/{name=${parent}}/operations` : `/${version}/{name=operations}`;
  const service = "google.longrunning.Operations";
  const routes = {
    get: { verb: "GET", path: one, method: `${service}.GetOperation` },
    list: { verb: "GET", path: all, method: `${service}.ListOperations` },
    delete: { verb: "DELETE", path: one, method: `${service}.DeleteOperation` },
    cancel: { verb: "POST", path: `${one}:cancel`, method: `${service}.CancelOperation`, body: "*" },
    wait: { verb: "POST", path: `${one}:wait`, method: `${service}.WaitOperation`, body: "*" },
  } as const;
  return operationMethods.map((method) => ({ host, ...routes[method] }));
}

function locationRoutes({ host, version, locations }: Mixin): Route[] {
  if (!locations) return [];
  const service = "google.cloud.location.Locations";
  return [
    { host, verb: "GET", path: `/${version}/{name=projects/*}/locations`, method: `${service}.ListLocations` },
    { host, verb: "GET", path: `/${version}/{name=projects/*/locations/*}`, method: `${service}.GetLocation` },
  ];
}

function policyRoutes({ host, version, policies = [] }: Mixin): Route[] {
  const service = "google.iam.v1.IAMPolicy";
  return policies.flatMap((template): Route[] => {
    const path = `/${version}/{resource=${template}}`;
    return [
      { host, verb: "GET", path: `${path}:getIamPolicy`, method: `${service}.GetIamPolicy` },
      { host, verb: "POST", path: `${path}:setIamPolicy`, method: `${service}.SetIamPolicy`, body: "*" },
      { host, verb: "POST", path: `${path}:testIamPermissions`, method: `${service}.TestIamPermissions`, body: "*" },
    ];
  });
}
