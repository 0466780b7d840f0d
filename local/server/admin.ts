import type { Clock } from "../clock.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { Journal } from "../journal.ts";
import type { OperationRecord } from "../operation.ts";
import type { Store } from "../store.ts";

/** What the local cloud's own pages show and move. */
export interface AdminContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly store: Store;
  /** The variables of `alloyrun local env`, for a person. */
  readonly environmentFor: (options: {
    readonly as?: string;
    readonly project?: string;
  }) => Promise<Record<string, string>>;
}

/** Answers requests below `/_local/`: the clock, the journal, operations, the environment. */
export async function answerAdmin(context: AdminContext, request: HttpRequest): Promise<HttpResponse> {
  const page = `${request.method} ${request.url.pathname.replace(/^\/_local\//, "")}`;
  const { clock, journal, store } = context;
  const query = request.url.searchParams;
  switch (page) {
    case "GET health":
      return jsonResponse(200, { status: "ok" });
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
    case "GET journal":
      return lines(journal.list().slice(Number(query.get("from") ?? 0)));
    case "GET operations":
      return jsonResponse(200, {
        operations: store
          .collection<OperationRecord>("operations")
          .list()
          .map(([, record]) => record),
      });
    case "GET environment":
      return jsonResponse(
        200,
        await context.environmentFor({ as: query.get("as") ?? undefined, project: query.get("project") ?? undefined }),
      );
    default:
      return jsonResponse(404, { error: { code: 404, message: `There is no page ${page}`, status: "NOT_FOUND" } });
  }
}

function clockState(clock: Clock): object {
  return { now: clock.timestamp(), simulatedMs: Math.round(clock.simulatedMs) };
}

/** The body is `{ "seconds": 90 }`. */
async function advance(clock: Clock, { body }: HttpRequest): Promise<HttpResponse> {
  const seconds = secondsIn(body.toString());
  if (seconds === undefined)
    return jsonResponse(400, {
      error: { code: 400, message: "seconds must be a positive number", status: "INVALID_ARGUMENT" },
    });
  await clock.advance(seconds * 1000);
  return jsonResponse(200, clockState(clock));
}

function secondsIn(text: string): number | undefined {
  try {
    const { seconds } = JSON.parse(text) as { seconds?: unknown };
    return typeof seconds === "number" && seconds >= 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}

function lines(entries: readonly object[]): HttpResponse {
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  return { status: 200, headers: { "content-type": "application/jsonl; charset=UTF-8" }, body: Buffer.from(text) };
}
