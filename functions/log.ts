import { AsyncLocalStorage } from "node:async_hooks";

/** Writes one structured line to Cloud Logging. */
export type Log = (severity: "INFO" | "WARNING" | "ERROR", message: string, fields?: object) => void;

/** A request, by its headers. */
interface Traced {
  readonly get: (header: string) => string | undefined;
}

const present = new AsyncLocalStorage<string | undefined>();

/** Answers a request so that all that is logged meanwhile carries its trace. */
export function inTraceOf<Answer>(request: Traced, answer: () => Answer): Answer {
  return present.run(traceOf(request), answer);
}

/** Full name of the trace of the request that is being answered; the full one needs ALLOYRUN_PROJECT, which `deploy` sets. */
export function presentTrace(): string | undefined {
  const trace = present.getStore();
  const project = process.env.ALLOYRUN_PROJECT;
  return trace === undefined || project === undefined ? trace : `projects/${project}/traces/${trace}`;
}

/**
 * A log whose lines carry the given fields and the trace of the request that is being answered. A line's own fields come
 * before those, unless they are undefined. Never give it a secret.
 *
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(fields: object): Log {
  const base = { ...fields, [traceField]: presentTrace() };
  return (severity, message, more = {}) => {
    const own = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
    process.stdout.write(`${JSON.stringify({ severity, message, ...base, ...own })}\n`);
  };
}

/** The field by which Cloud Logging shows lines beside the trace that they belong to. */
const traceField = "logging.googleapis.com/trace";

/** Cloud Run tells of the trace in the W3C's header and in Google's older one. */
function traceOf(request: Traced): string | undefined {
  const w3c = request.get("traceparent")?.match(/^[0-9a-f]{2}-([0-9a-f]{32})-/)?.[1];
  return w3c ?? request.get("x-cloud-trace-context")?.match(/^[0-9a-f]{32}/)?.[0];
}
