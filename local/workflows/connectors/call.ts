import { fault } from "../fault.ts";
import type { LibraryContext, LibraryFunction, LibraryParameter } from "../stdlib/function.ts";
import type { Task } from "../task.ts";
import { isList, type Value } from "../value/value.ts";
import type { ConnectorMethod } from "./method.ts";
import { awaitDone } from "./operation.ts";
import { readParameters } from "./parameters.ts";
import { type ConnectorRequest, type Sender, send } from "./send.ts";

type Arguments = Readonly<Record<string, Value>>;

const anything = ["value"];
const text = ["string"];

/** The library function that calls a method of an API and waits for what it starts. */
export function toFunction(method: ConnectorMethod): LibraryFunction {
  const location = { name: "location", isOptional: method.location === "optional", types: text };
  const parameters: LibraryParameter[] = [
    ...method.pathArguments.map((name) => ({ name, isOptional: false, types: text })),
    ...(method.location === "none" || method.pathArguments.includes("location") ? [] : [location]),
    ...method.queryArguments.map((name) => ({ name, isOptional: true, types: anything })),
    ...(method.hasBody ? [{ name: "body", isOptional: true, types: anything }] : []),
    // What the requests of every Google API may say besides.
    ...["alt", "fields"]
      .filter((name) => !method.queryArguments.includes(name))
      .map((name) => ({ name, isOptional: true, types: text })),
    { name: "connector_params", isOptional: true, types: ["map"] },
  ];
  return {
    name: method.name,
    parameters,
    isBlocking: true,
    isConnector: true,
    result: "value",
    run: (args, context) => callMethod(method, args, context),
  };
}

function* callMethod(method: ConnectorMethod, args: Arguments, { effects }: LibraryContext): Task<Value> {
  const parameters = readParameters(args.connector_params, method.waitsFor !== "nothing");
  const sender: Sender = { effects, scopes: parameters.scopes, deadlineMs: effects.now() + parameters.timeoutMs };
  const request = toRequest(method, args);
  const answer = yield* send(request, sender);
  if (method.waitsFor === "nothing" || parameters.skipsPolling) return answer;
  return yield* awaitDone(answer, { method, url: request.url, parameters }, sender);
}

/**
 * The request of a call. Arguments go into the path as they are: whoever names an object of a bucket encodes its name.
 *
 * @throws WorkflowError ValueError
 */
function toRequest(method: ConnectorMethod, args: Arguments): ConnectorRequest {
  const path = method.path.replace(/\{(\w+)\}/g, (_, name: string) => toPathText(name, args[name]));
  const host =
    typeof args.location === "string" && method.location !== "none" ? `${args.location}-${method.host}` : method.host;
  const names = new Set([...method.queryArguments, "alt", "fields"]);
  const query = Object.entries(args).filter(([name, value]) => names.has(name) && value !== null);
  const body = method.hasBody ? { body: args.body ?? new Map() } : {};
  return { method: method.verb, url: `https://${host}${path}`, query: new Map(query.map(repeated)), ...body };
}

/** A list gives one parameter an item; an empty one none. */
function repeated([name, value]: [string, Value]): [string, Value] {
  return [name, isList(value) ? [...value] : value];
}

function toPathText(name: string, value: Value | undefined): string {
  if (typeof value !== "string" || value === "") throw fault("ValueError", `argument '${name}' must not be empty`);
  return value.replaceAll("?", "%3F").replaceAll("#", "%23");
}
