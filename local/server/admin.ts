import { isAbsolute } from "node:path";
import type { Clock } from "../clock.ts";
import { differences, unservedMethods } from "../deviations.ts";
import type { Faults } from "../fault/faults.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { Journal } from "../journal.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { openWaits } from "../latency.ts";
import type { OperationRecord } from "../operation-record.ts";
import type { Store } from "../store.ts";
import { answerFaults } from "./fault-pages.ts";
import { isLoopback } from "./target.ts";

/** What the local cloud's own pages show and move. */
export interface AdminContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly store: Store;
  /** Wall time of its start, RFC 3339. */
  readonly started: string;
  /** Copies the state into a new directory. @throws Error saying why not */
  readonly snapshot: (directory: string) => void;
  /** Has the local cloud emptied and started again, if whoever started it does so. */
  readonly onReset?: () => void;
  /** The variables of `alloyrun local env`, for a person. */
  readonly environmentFor: (options: {
    readonly as?: string;
    readonly project?: string;
  }) => Promise<Record<string, string>>;
}

/** Answers requests below `/_local/`: the clock, the journal, faults, operations, waits, the environment. */
export async function answerAdmin(context: AdminContext, request: HttpRequest): Promise<HttpResponse> {
  if (isForeign(request.headers.origin))
    return refusal(403, "PERMISSION_DENIED", "Pages of other sites may not do this.");
  const page = `${request.method} ${request.url.pathname.replace(/^\/_local\//, "")}`;
  const { clock, journal, store } = context;
  const query = request.url.searchParams;
  if (/^\/_local\/faults(\/|$)/.test(request.url.pathname)) return answerFaults(context.faults, request);
  switch (page) {
    case "GET health":
      return jsonResponse(200, { status: "ok", started: context.started });
    case "GET clock":
      return jsonResponse(200, clockState(clock));
    case "POST clock/pause":
      clock.pause();
      return jsonResponse(200, clockState(clock));
    case "POST clock/resume":
      clock.resume();
      return jsonResponse(200, clockState(clock));
    case "POST clock/advance":
      return advance(clock, request);
    case "POST snapshot":
      return takeSnapshot(context, request);
    case "POST reset":
      return reset(context);
    case "GET journal":
      return lines(journal.entries(Number(query.get("from") ?? 0)));
    case "GET operations":
      return jsonResponse(200, {
        operations: store
          .collection<OperationRecord>("operations")
          .list()
          .map(([, record]) => record),
      });
    case "GET waits":
      return jsonResponse(200, {
        waits: openWaits(store)
          .list()
          .map(([, wait]) => wait),
      });
    case "GET deviations":
      return jsonResponse(200, { unservedMethods, differences });
    case "GET environment":
      return jsonResponse(
        200,
        await context.environmentFor({ as: query.get("as") ?? undefined, project: query.get("project") ?? undefined }),
      );
    default:
      return refusal(404, "NOT_FOUND", `There is no page ${page}.`);
  }
}

/** A page that a browser shows from elsewhere must not move the clock or read the journal. */
function isForeign(origin: string | undefined): boolean {
  return origin !== undefined && !isLoopback(URL.parse(origin)?.hostname ?? "");
}

function refusal(code: number, status: string, message: string): HttpResponse {
  return jsonResponse(code, { error: { code, message, status } });
}

function clockState(clock: Clock): object {
  return { now: clock.timestamp(), simulatedMs: Math.round(clock.simulatedMs) };
}

/** The body is `{ "seconds": 90 }`. */
async function advance(clock: Clock, { body }: HttpRequest): Promise<HttpResponse> {
  const { seconds } = parseBody(body);
  if (typeof seconds !== "number" || !(seconds >= 0))
    return refusal(400, "INVALID_ARGUMENT", "seconds must be a positive number.");
  await clock.advance(seconds * 1000);
  return jsonResponse(200, clockState(clock));
}

/** The body is `{ "directory": "/absolute/path" }`. */
function takeSnapshot({ snapshot }: AdminContext, { body }: HttpRequest): HttpResponse {
  const { directory } = parseBody(body);
  if (typeof directory !== "string" || !isAbsolute(directory)) {
    return refusal(400, "INVALID_ARGUMENT", "directory must be an absolute path.");
  }
  try {
    snapshot(directory);
  } catch (caught) {
    return refusal(400, "FAILED_PRECONDITION", caught instanceof Error ? caught.message : String(caught));
  }
  return jsonResponse(200, { directory });
}

function reset({ onReset }: AdminContext): HttpResponse {
  if (!onReset) return refusal(501, "UNIMPLEMENTED", "Whoever started this local Google Cloud does not empty it.");
  // A reset ends every connection, this one too.
  return { ...jsonResponse(202, { status: "resetting" }), afterwards: onReset };
}

function parseBody(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function lines(entries: readonly object[]): HttpResponse {
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  return { status: 200, headers: { "content-type": "application/jsonl; charset=UTF-8" }, body: Buffer.from(text) };
}
