import { STATUS_CODES } from "node:http";
import { emailOf } from "../access/principal.ts";
import type { Call, RunningOperation } from "../api.ts";
import { toTimestamp } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { type Code, codes, errorInfo, toApiError } from "../error.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import type { Operation } from "../model/generated/compute.ts";
import type { OperationRecord } from "../operation-record.ts";
import { createTally } from "../tally.ts";
import { invalid } from "./error.ts";
import { link } from "./link.ts";
import { host } from "./resources.ts";

/** A change that takes time. */
export interface Change {
  readonly call: Call;
  /** Key in the API's table of operations. */
  readonly kind: string;
  /** As `operationType` shows it. */
  readonly verb: string;
  /** Path of the resource. */
  readonly path: string;
  readonly targetId?: string;
  readonly latency: LatencyKind;
  readonly input?: JsonObject;
}

/** Sets a change off; its operation lies where its resource lies (global, in a region, in a zone). */
export function start(cloud: Cloud, { call, kind, verb, path, targetId, latency, input }: Change): Operation {
  const parent = /^projects\/[^/]+\/(?:global|(?:regions|zones)\/[^/]+)/.exec(path)?.[0] ?? "";
  const number = createTally(cloud.store, "compute.tally").next(`${verb} ${path}`);
  const draws = cloud.random.lasting(`${verb} ${path} ${number}`);
  const id = Array.from({ length: 18 }, () => Math.floor(draws.next() * 10)).join("");
  const metadata = { id: `1${id}`, verb, targetId, user: emailOf(call.principal) };
  return toOperation(
    cloud,
    cloud.operations.start({ host, parent, kind, target: path, input: { ...input, path }, metadata, latency }),
  );
}

/** Makes a handler answer a repeated `requestId` with the operation that the first request started. */
export function idempotent<Request extends { readonly requestId?: string }>(
  cloud: Cloud,
  handle: (request: Request, call: Call) => Operation,
): (request: Request, call: Call) => Operation {
  const started = cloud.store.collection<{ readonly name: string }>("compute.requestIds");
  return (request, call) => {
    const { requestId } = request;
    if (!requestId) return handle(request, call);
    demandUuid(requestId);
    const key = `${call.method} ${requestId}`;
    const first = started.get(key);
    if (first) return toOperation(cloud, cloud.operations.get(host, first.name));
    const operation = handle(request, call);
    started.put(key, { name: (operation.selfLink ?? "").slice(link("").length) });
    return operation;
  };
}

function demandUuid(requestId: string): void {
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(requestId);
  if (isUuid && /[1-9a-f]/i.test(requestId)) return;
  throw invalid("requestId", requestId, "Must be a valid UUID other than zero.");
}

/**
 * The work of an operation, with its refusals noted in the way `toOperation` reads them.
 *
 * @param undo takes back what was stored before the operation began, when it fails
 */
export function work(
  run: (operation: RunningOperation) => Promise<void> | void,
  undo: (operation: RunningOperation) => void = () => undefined,
) {
  return async (operation: RunningOperation): Promise<JsonObject> => {
    try {
      await operation.latency();
      await run(operation);
      return {};
    } catch (caught) {
      undo(operation);
      const error = toApiError(caught);
      throw Object.assign(error, { details: [errorInfo(error.reason ?? "internalError", host, {})] });
    }
  };
}

/** A long-running operation in the form of Compute Engine. */
export function toOperation(cloud: Cloud, record: OperationRecord): Operation {
  const { metadata = {}, name, target, startTime, endTime } = record;
  const scope = /\/(regions|zones)\/[^/]+/.exec(name);
  const done = endTime !== undefined;
  const started = done || cloud.clock.now() > startTime;
  return {
    kind: "compute#operation",
    id: String(metadata.id),
    name: name.split("/").at(-1),
    operationType: String(metadata.verb),
    targetLink: link(target),
    targetId: metadata.targetId === undefined ? undefined : String(metadata.targetId),
    status: done ? "DONE" : started ? "RUNNING" : "PENDING",
    progress: done ? 100 : 0,
    user: String(metadata.user),
    insertTime: toTimestamp(startTime),
    startTime: started ? toTimestamp(startTime) : undefined,
    endTime: done ? toTimestamp(endTime) : undefined,
    selfLink: link(name),
    ...(scope
      ? { [scope[1] === "zones" ? "zone" : "region"]: link(name.slice(0, scope.index + scope[0].length)) }
      : {}),
    ...failureOf(record),
  };
}

function failureOf({ error }: OperationRecord): Partial<Operation> {
  if (!error) return {};
  const detail = error.details?.[0];
  const reason = isJsonObject(detail) ? String(detail.reason) : "internalError";
  const code = reason.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const status = Object.keys(codes).find((name): name is Code => codes[name as Code].grpc === error.code) ?? "INTERNAL";
  return {
    error: { errors: [{ code, message: error.message }] },
    httpErrorStatusCode: codes[status].http,
    httpErrorMessage: STATUS_CODES[codes[status].http]?.toUpperCase(),
  };
}
