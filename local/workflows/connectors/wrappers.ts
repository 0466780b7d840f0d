import { fault } from "../fault.ts";
import { blockingRow, type LibraryContext, type LibraryFunction } from "../stdlib/function.ts";
import type { Task } from "../task.ts";
import { parseJson, stringifyJson } from "../value/json.ts";
import { isMap, type Value, type ValueMap } from "../value/value.ts";
import { readParameters } from "./parameters.ts";
import { type Sender, send, waitFor } from "./send.ts";

const secretArguments = "secret_id: string, project_id?: string, connector_params?: map";
const runArguments =
  "workflow_id: string, location?: string, project_id?: string, argument?: value, connector_params?: map";
const mapArguments = "workflow_id: string, arguments: list, location?: string, project_id?: string";

/** Connectors that are no method of an API, but make calls of several easy. */
// biome-ignore format: a table
export const wrappers: readonly LibraryFunction[] = [
  blockingRow("googleapis.secretmanager.v1.projects.secrets.versions.accessString", `${secretArguments}, version?: string|integer`, "string", accessString),
  blockingRow("googleapis.secretmanager.v1.projects.secrets.addVersionString",      `${secretArguments}, data: string`,            "map",    addVersionString),
  blockingRow("googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run", runArguments, "value", runWorkflow),
  blockingRow("experimental.executions.run", runArguments, "value", runWorkflow),
  blockingRow("experimental.executions.map", mapArguments, "list",  mapWorkflow),
].map((definition) => ({ ...definition, isConnector: true }));

interface SecretArguments {
  readonly secret_id: string;
  readonly project_id?: string;
  readonly connector_params?: ValueMap;
}

const secretManager = "https://secretmanager.googleapis.com/v1";

/** The text in a version of a secret. @see https://cloud.google.com/workflows/docs/use-secret-manager */
function* accessString(
  args: SecretArguments & { readonly version?: string | bigint },
  { effects }: LibraryContext,
): Task<Value> {
  const name = `${secretName(args, effects)}/versions/${args.version ?? "latest"}`;
  const sender = senderOf(args.connector_params, effects, false);
  const version = yield* send({ method: "GET", url: `${secretManager}/${name}:access` }, sender);
  const payload = fieldOf(version, "payload");
  const data = fieldOf(payload, "data");
  return typeof data === "string" ? Buffer.from(data, "base64").toString("utf8") : "";
}

function* addVersionString(
  args: SecretArguments & { readonly data: string },
  { effects }: LibraryContext,
): Task<Value> {
  const data = Buffer.from(args.data).toString("base64");
  const body = new Map([["payload", new Map([["data", data]])]]);
  const url = `${secretManager}/${secretName(args, effects)}:addVersion`;
  return yield* send({ method: "POST", url, body }, senderOf(args.connector_params, effects, false));
}

function secretName({ secret_id, project_id }: SecretArguments, effects: LibraryContext["effects"]): string {
  return `projects/${project_id ?? effects.env("GOOGLE_CLOUD_PROJECT_ID") ?? ""}/secrets/${secret_id}`;
}

interface RunArguments {
  readonly workflow_id: string;
  readonly location?: string;
  readonly project_id?: string;
  readonly argument?: Value;
  readonly connector_params?: ValueMap;
}

/** Executes another workflow, waits for it, and gives what it returns. */
function* runWorkflow(args: RunArguments, { effects }: LibraryContext): Task<Value> {
  const parameters = readParameters(args.connector_params, true);
  const sender = senderOf(args.connector_params, effects, true);
  const started = yield* startWorkflow(args, sender);
  if (parameters.skipsPolling) return started;
  return yield* resultOf(started, parameters.polling, sender);
}

/** Executes another workflow with each of several arguments, and gives what they return in the same order. */
function* mapWorkflow(
  args: Omit<RunArguments, "argument"> & { readonly arguments: readonly Value[] },
  { effects }: LibraryContext,
): Task<Value> {
  const sender = senderOf(undefined, effects, true);
  const started: Value[] = [];
  for (const argument of args.arguments) started.push(yield* startWorkflow({ ...args, argument }, sender));
  const results: Value[] = [];
  for (const execution of started)
    results.push(yield* resultOf(execution, readParameters(undefined, true).polling, sender));
  return results;
}

const executionsApi = "https://workflowexecutions.googleapis.com/v1";

function* startWorkflow({ workflow_id, location, project_id, argument }: RunArguments, sender: Sender): Task<Value> {
  const { effects } = sender;
  const project = project_id ?? effects.env("GOOGLE_CLOUD_PROJECT_ID") ?? "";
  const place = location ?? effects.env("GOOGLE_CLOUD_LOCATION") ?? "";
  const url = `${executionsApi}/projects/${project}/locations/${place}/workflows/${workflow_id}/executions`;
  const body = new Map(argument === undefined ? [] : [["argument", stringifyJson(argument)]]);
  return yield* send({ method: "POST", url, body }, sender);
}

interface Polling {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly multiplier: number;
}

function* resultOf(started: Value, { initialMs, maxMs, multiplier }: Polling, sender: Sender): Task<Value> {
  const url = `${executionsApi}/${String(fieldOf(started, "name"))}`;
  let execution = started;
  for (let delay = initialMs; isUnfinished(execution); delay = Math.min(delay * multiplier, maxMs)) {
    yield* waitFor(Math.min(delay, maxMs), sender);
    execution = yield* send({ method: "GET", url }, sender);
  }
  if (fieldOf(execution, "state") === "SUCCEEDED") return parseJson(String(fieldOf(execution, "result") ?? "null"));
  const error = fieldOf(execution, "error") ?? null;
  throw fault("OperationError", "Execution failed or cancelled.", { fields: { operation: execution, error } });
}

function isUnfinished(execution: Value): boolean {
  return fieldOf(execution, "state") === "ACTIVE" || fieldOf(execution, "state") === "QUEUED";
}

function senderOf(given: ValueMap | undefined, effects: LibraryContext["effects"], mayWait: boolean): Sender {
  const { scopes, timeoutMs } = readParameters(given, mayWait);
  return { effects, scopes, deadlineMs: effects.now() + timeoutMs };
}

function fieldOf(value: Value | undefined, key: string): Value | undefined {
  return value !== undefined && isMap(value) ? value.get(key) : undefined;
}
