import { fault } from "../fault.ts";
import { isList, isMap, isNumber, typeName, type Value } from "../value/value.ts";

/** How a connector call is to be made: `connector_params`. */
export interface ConnectorParameters {
  /** Milliseconds for the whole call, polls included. */
  readonly timeoutMs: number;
  /** Whether an operation is returned as it is, unfinished. */
  readonly skipsPolling: boolean;
  /** Milliseconds, and what the wait grows by. */
  readonly polling: { readonly initialMs: number; readonly maxMs: number; readonly multiplier: number };
  readonly scopes: readonly string[];
}

/** Longest time of a call that does not wait for an operation, and its default, in seconds. */
const usualSeconds = 1800;

/** Longest time of a call that waits for an operation. */
const longestSeconds = 31_536_000;

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

/** What `connector_params` may hold. */
export const connectorParameters: ReadonlySet<string> = new Set([
  "timeout",
  "polling_policy",
  "skip_polling",
  "scopes",
]);

/**
 * Reads `connector_params`.
 *
 * @param given absent when the call has none
 * @param mayWait whether the method can have an operation to wait for
 * @throws WorkflowError TypeError, ValueError
 * @see https://cloud.google.com/workflows/docs/reference/googleapis#invoke_a_connector_call
 */
export function readParameters(given: Value | undefined, mayWait: boolean): ConnectorParameters {
  const parameters = toMap("connector_params", given ?? new Map());
  const unknown = [...parameters.keys()].find((name) => !connectorParameters.has(name));
  if (unknown !== undefined) throw fault("ValueError", `connector_params has no '${unknown}'`);
  const policy = toMap("polling_policy", parameters.get("polling_policy") ?? new Map());
  const seconds = toAmount("timeout", parameters.get("timeout"), usualSeconds);
  const most = mayWait ? longestSeconds : usualSeconds;
  if (!(seconds > 0 && seconds <= most)) {
    throw fault("ValueError", `timeout must be above 0 and at most ${most} seconds, not ${seconds}`);
  }
  return {
    timeoutMs: seconds * 1000,
    skipsPolling: toSwitch(parameters.get("skip_polling") ?? false),
    polling: {
      initialMs: toAmount("initial_delay", policy.get("initial_delay"), 1) * 1000,
      maxMs: toAmount("max_delay", policy.get("max_delay"), 60) * 1000,
      multiplier: toAmount("multiplier", policy.get("multiplier"), 1.25),
    },
    scopes: toScopes(parameters.get("scopes") ?? cloudPlatform),
  };
}

function toMap(name: string, value: Value): ReadonlyMap<string, Value> {
  if (isMap(value)) return value;
  throw fault("TypeError", `${name} must be a map, not ${typeName(value)}`);
}

function toAmount(name: string, value: Value | undefined, usual: number): number {
  if (value === undefined || value === null) return usual;
  if (!isNumber(value)) throw fault("TypeError", `${name} must be a number, not ${typeName(value)}`);
  if (!(value >= 0)) throw fault("ValueError", `${name} must not be negative`);
  return Number(value);
}

function toSwitch(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw fault("TypeError", `skip_polling must be a boolean, not ${typeName(value)}`);
}

function toScopes(value: Value): readonly string[] {
  return (isList(value) ? value : [value]).map((scope) => {
    if (typeof scope !== "string") throw fault("TypeError", "scopes must be a string or a list of strings");
    return scope;
  });
}
