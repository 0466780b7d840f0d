import type { Call, StreamRequests } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { TailLogEntriesRequest } from "../model/generated/logging.ts";
import { compileFilter } from "./filter.ts";
import { demandOn, projectOf } from "./project.ts";

/** What a tail lets through. */
interface Selection {
  readonly projects: ReadonlySet<string>;
  readonly matches: (entry: JsonObject) => boolean;
}

/**
 * Streams entries as they are written. They come in order without being held back, so the buffer window has nothing to
 * do; a later request selects anew.
 *
 * @see https://cloud.google.com/logging/docs/reference/v2/rpc/google.logging.v2#google.logging.v2.LoggingServiceV2.TailLogEntries
 */
export async function* tail(
  cloud: Cloud,
  { first, later }: StreamRequests,
  call: Call,
): AsyncGenerator<JsonObject, void> {
  const state = { selection: select(cloud, first, call), isEnded: false, failure: undefined as unknown };
  const entries: JsonObject[] = [];
  let wake = (): void => {};
  const unwatch = cloud.logs.watch((project, entry) => {
    if (state.selection.projects.has(project) && state.selection.matches(entry)) entries.push(entry);
    wake();
  });
  const reading = async () => {
    for await (const request of later) state.selection = select(cloud, request, call);
  };
  const end = (failure?: unknown) => {
    Object.assign(state, { isEnded: true, failure });
    wake();
  };
  reading().then(() => end(), end);
  call.signal.addEventListener("abort", () => wake());
  try {
    while (!call.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (state.failure !== undefined) throw state.failure;
      if (entries.length > 0) yield { entries: entries.splice(0) };
      else if (state.isEnded) return;
      else await woken;
    }
  } finally {
    unwatch();
  }
}

function select(cloud: Cloud, request: TailLogEntriesRequest, { principal }: Call): Selection {
  const { resourceNames = [], filter = "", bufferWindow = "2s" } = request;
  if (resourceNames.length === 0) throw invalid("resource_names must name at least one project.");
  const seconds = Number.parseFloat(bufferWindow);
  if (seconds < 0 || seconds > 60) throw invalid("buffer_window must be between 0 and 60 seconds.");
  const projects = resourceNames.map((name) => projectOf(cloud, name));
  for (const project of projects) demandOn(cloud, { principal, permission: "logging.logEntries.list", project });
  return { projects: new Set(projects), matches: compileFilter(filter) };
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
