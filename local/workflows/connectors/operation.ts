import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import { isList, isMap, type Value, type ValueMap } from "../value/value.ts";
import type { ConnectorMethod } from "./method.ts";
import type { ConnectorParameters } from "./parameters.ts";
import { type Sender, send, waitFor } from "./send.ts";

/** What is waited for, read once more. */
interface Poll {
  /** Where it is read. */
  readonly url: (operation: ValueMap) => string;
  readonly isDone: (operation: ValueMap) => boolean;
  /** What it failed with; `undefined` when it did not. */
  readonly failure: (operation: ValueMap) => Value | undefined;
}

/** How a method's answer is waited for. */
export interface Waiting {
  readonly method: ConnectorMethod;
  /** Where the method was called. */
  readonly url: string;
  readonly parameters: ConnectorParameters;
}

/**
 * Waits until what a method has started is done, and gives it as it is then.
 *
 * @throws WorkflowError OperationError when it failed, ResponseTypeError when it is no operation, TimeoutError
 * @see https://cloud.google.com/workflows/docs/connectors#long-running_operations
 */
export function* awaitDone(started: Value, { method, url, parameters }: Waiting, sender: Sender): Task<Value> {
  const poll = pollOf(method, new URL(url));
  const { initialMs, maxMs, multiplier } = parameters.polling;
  let operation = toOperation(started);
  for (let delay = initialMs; !poll.isDone(operation); delay = Math.min(delay * multiplier, maxMs)) {
    yield* waitFor(Math.min(delay, maxMs), sender);
    operation = toOperation(yield* send({ method: "GET", url: poll.url(operation) }, sender));
  }
  const error = poll.failure(operation);
  if (error === undefined) return operation;
  throw fault("OperationError", messageOf(error), { fields: { operation, error } });
}

function pollOf({ waitsFor, path }: ConnectorMethod, { origin, pathname }: URL): Poll {
  switch (waitsFor) {
    case "computeOperation":
      return {
        url: computeUrl,
        isDone: (one) => one.get("status") === "DONE",
        failure: (one) => present(one.get("error")),
      };
    case "jobExecution": {
      const [namespace = ""] = /^.*\/namespaces\/[^/]+/.exec(pathname) ?? [];
      return {
        url: (one) => `${origin}${namespace}/executions/${textAt(one.get("metadata"), "name")}`,
        isDone: (one) => ["True", "False"].includes(textAt(completion(one), "status")),
        failure: (one) => (textAt(completion(one), "status") === "False" ? completion(one) : undefined),
      };
    }
    default: {
      const [version = ""] = /^\/v[^/]+\//.exec(path) ?? [];
      return {
        url: (one) => `${origin}${version}${String(one.get("name"))}`,
        isDone: (one) => one.get("done") === true,
        failure: (one) => present(one.get("error")),
      };
    }
  }
}

function toOperation(value: Value): ValueMap {
  if (isMap(value) && (typeof value.get("name") === "string" || isMap(value.get("metadata") ?? null))) return value;
  throw fault("ResponseTypeError", "the long-running operation was answered with something else");
}

/** Compute's operations name the place that they are in. */
function computeUrl(operation: ValueMap): string {
  const [place = ""] = /projects\/.*$/.exec(String(operation.get("selfLink"))) ?? [];
  return `https://compute.googleapis.com/compute/v1/${place}`;
}

function completion(execution: ValueMap): ValueMap {
  const status = execution.get("status") ?? null;
  const conditions = isMap(status) ? (status.get("conditions") ?? null) : null;
  const found = isList(conditions)
    ? conditions.find((one) => isMap(one) && one.get("type") === "Completed")
    : undefined;
  return found !== undefined && isMap(found) ? found : new Map();
}

function textAt(value: Value | undefined, key: string): string {
  const text = value !== undefined && isMap(value) ? value.get(key) : undefined;
  return typeof text === "string" ? text : "";
}

function present(value: Value | undefined): Value | undefined {
  return value === null ? undefined : value;
}

function messageOf(error: Value): string {
  return textAt(error, "message") || "the long-running operation ended in failure";
}
