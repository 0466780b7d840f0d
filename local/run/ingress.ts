import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Site } from "../api.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { StartError } from "../workload/container.ts";
import { collect, endToEnd, forward, relay } from "../workload/forward.ts";
import type { Lease } from "../workload/pool.ts";
import { admit } from "./admission.ts";
import type { RunContext } from "./context.ts";
import { eventTopic, toEvent } from "./event.ts";
import { page } from "./page.ts";
import { functionLabel, poolOf } from "./pools.ts";
import { findTarget, type Target } from "./target.ts";
import { withTrace } from "./trace.ts";
import { pickRevision } from "./traffic.ts";

/** One request on its way to a service. */
interface Visit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable | Buffer;
  /** Whether it comes from inside Google Cloud, which internal ingress lets in. */
  readonly isInternal: boolean;
  readonly signal?: AbortSignal;
}

/** A container's response with the place it holds on the instance, or an answer of the front end. */
type Answer = { readonly response: IncomingMessage; readonly lease: Lease } | { readonly refusal: HttpResponse };

/** The URLs of services and functions, `*.run.app` and `*.cloudfunctions.net`. */
export function createSite(context: RunContext): Site {
  return {
    matches: (host) => /\.(run\.app|cloudfunctions\.net)$/.test(host),
    handle(request, response, url) {
      const target = findTarget(context, url);
      // What comes in to a Run service is traffic, which never holds the clock; a function's call is work.
      const hold = target && isFunctionTarget(target) ? context.cloud.clock.hold() : undefined;
      void serve(context, target, { request, response }).finally(() => hold?.release());
    },
    fetch: (request) => context.cloud.clock.working(() => fetchInside(context, request)),
  };
}

/** Answers a request that came in over the network. */
export async function serve(
  context: RunContext,
  target: Target | undefined,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const visit: Visit = {
    method: request.method ?? "GET",
    headers: endToEnd(request.headers),
    body: request,
    isInternal: false,
    signal: gone.signal,
  };
  const answer = await visitService(context, target, visit).catch((caught): Answer => {
    if (target?.service.name) logFailure(context, target.service.name, caught);
    return { refusal: page(500, "The server encountered an error and could not complete your request.") };
  });
  if ("refusal" in answer) {
    const { status, headers, body } = answer.refusal;
    response.writeHead(status, headers).end(body);
    return;
  }
  // A response that breaks midway has broken for whoever reads it, too: there is nothing left to tell them.
  await relay(answer.response, response).catch(() => response.destroy());
  answer.lease.release();
}

async function fetchInside(context: RunContext, request: HttpRequest): Promise<HttpResponse> {
  const target = findTarget(context, request.url);
  const answered = await fetchTarget(context, target, request);
  return target && isLost(context, target, answered) ? { ...answered, status: 204, body: Buffer.alloc(0) } : answered;
}

/** Whether an event that failed is not tried again: its trigger's retry policy says so. Who was not let in may come again. */
function isLost({ cloud }: RunContext, { service, path }: Target, { status }: HttpResponse): boolean {
  if (eventTopic(path) === undefined || status < 400 || status === 401 || status === 403) return false;
  return cloud.store.collection<EventPolicy>("run.events").get(service.name ?? "")?.isRetried === false;
}

/** What Cloud Run knows of events for a service, by its name; written by the API whose trigger it is. */
interface EventPolicy {
  readonly isRetried: boolean;
}

async function fetchTarget(
  context: RunContext,
  target: Target | undefined,
  { method, url, headers, body }: HttpRequest,
): Promise<HttpResponse> {
  const sent = { host: url.host, ...headers, "content-length": String(body.length) };
  const answer = await visitService(context, target, { method, headers: sent, body, isInternal: true });
  if ("refusal" in answer) return answer.refusal;
  try {
    return await collect(answer.response);
  } catch {
    return page(503, broken);
  } finally {
    answer.lease.release();
  }
}

const broken =
  "The request failed because either the HTTP response was malformed or connection to the instance had an error.";

async function visitService(context: RunContext, target: Target | undefined, visit: Visit): Promise<Answer> {
  if (!target || !isOpen(target, visit))
    return { refusal: page(404, "The requested URL was not found on this server.") };
  const admission = admit(context, target, visit.headers);
  if ("refusal" in admission) return admission;
  const { service, tag } = target;
  const id = pickRevision(service.trafficStatuses ?? [], { tag, random: context.drawsOf(service.name ?? "") });
  if (id === undefined) {
    return {
      refusal:
        tag === undefined
          ? page(503, "Service Unavailable")
          : page(404, "The requested URL was not found on this server."),
    };
  }
  const admitted = { ...visit, headers: admission.headers, path: target.path };
  return await visitRevision(context, `${service.name}/revisions/${id}`, await withEvent(admitted));
}

/** An admitted request on its way to a revision. */
type AdmittedVisit = Visit & { readonly path: string };

/** What Eventarc has pushed comes to the container as a CloudEvent. */
async function withEvent(visit: AdmittedVisit): Promise<AdmittedVisit> {
  const topic = eventTopic(visit.path);
  if (topic === undefined) return visit;
  const { headers, body } = await toEvent(topic, visit.body);
  return { ...visit, headers: { ...visit.headers, ...headers }, body };
}

async function visitRevision(context: RunContext, name: string, visit: AdmittedVisit): Promise<Answer> {
  const timeoutMs = Number.parseFloat(context.revisions.get(name)?.timeout ?? "300s") * 1000;
  const leased = await lease(context, name);
  if ("refusal" in leased) return leased;
  const { address, port = 8080 } = leased.lease.instance;
  const headers = withTrace(withOrigin(visit.headers), context.drawsOf(`trace ${name}`));
  const start = performance.now();
  try {
    return {
      response: await forward({ ...visit, headers, address, port, timeoutMs }),
      ...leased,
    };
  } catch {
    leased.lease.release();
    const isLate = performance.now() - start >= timeoutMs;
    return { refusal: isLate ? page(504, "upstream request timeout") : page(503, broken) };
  }
}

async function lease(
  context: RunContext,
  name: string,
): Promise<{ readonly lease: Lease } | { readonly refusal: HttpResponse }> {
  try {
    return { lease: await poolOf(context, name).lease() };
  } catch (caught) {
    const isStart = caught instanceof StartError;
    if (!isStart) logFailure(context, name, caught);
    return { refusal: page(503, "The request failed because the instance could not start successfully.") };
  }
}

/** An instance that could not even be prepared (a secret, a network) says so in the revision's log. */
function logFailure({ cloud }: RunContext, name: string, caught: unknown): void {
  const [, project = "", , location = "", , service = "", , revision = ""] = name.split("/");
  const labels = { project_id: project, location, service_name: service, revision_name: revision };
  const text = caught instanceof Error ? caught.message : String(caught);
  const resource = { type: "cloud_run_revision", labels };
  cloud.logs.write({ project, log: "run.googleapis.com/varlog/system", resource, severity: "ERROR", text });
}

function isOpen({ service }: Target, { isInternal }: Visit): boolean {
  return isInternal || (service.ingress ?? "INGRESS_TRAFFIC_ALL") === "INGRESS_TRAFFIC_ALL";
}

function isFunctionTarget({ service }: Target): boolean {
  return service.labels?.[functionLabel] === "cloudfunctions";
}

function withOrigin(headers: Visit["headers"]): Visit["headers"] {
  return { ...headers, "x-forwarded-proto": "https", "x-forwarded-for": headers["x-forwarded-for"] ?? "127.0.0.1" };
}
