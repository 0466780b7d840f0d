/** Writes one structured line to Cloud Logging. */
export type Log = (severity: "INFO" | "WARNING" | "ERROR", message: string, fields?: object) => void;

/** Of what a line is written. */
export interface LogContext {
  /** The request that is being answered, by its headers; absent for what nobody asked for. */
  readonly request?: { readonly get: (header: string) => string | undefined };
  readonly fields: object;
}

/**
 * A log whose lines carry the request's trace and the given fields. Never give it a secret. The trace's full name needs
 * ALLOYRUN_PROJECT, which `deploy` sets.
 *
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog({ request, fields }: LogContext): Log {
  const trace = request && traceOf(request);
  const project = process.env.ALLOYRUN_PROJECT;
  const name = trace === undefined || project === undefined ? trace : `projects/${project}/traces/${trace}`;
  const base = { ...fields, "logging.googleapis.com/trace": name };
  return (severity, message, more) => {
    process.stdout.write(`${JSON.stringify({ severity, message, ...base, ...more })}\n`);
  };
}

/** Cloud Run tells of the trace in the W3C's header and in Google's older one. */
function traceOf(request: NonNullable<LogContext["request"]>): string | undefined {
  const w3c = request.get("traceparent")?.match(/^[0-9a-f]{2}-([0-9a-f]{32})-/)?.[1];
  return w3c ?? request.get("x-cloud-trace-context")?.match(/^[0-9a-f]{32}/)?.[0];
}
