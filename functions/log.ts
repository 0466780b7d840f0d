/** Writes one structured line to Cloud Logging. */
export type Log = (severity: "INFO" | "WARNING" | "ERROR", message: string, fields?: object) => void;

/**
 * A log whose lines carry the request's trace and the given fields. Never give it a secret.
 *
 * @param request `traceparent`: the W3C header; the trace's full name needs ALLOYRUN_PROJECT, which `deploy` sets
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(request: { readonly traceparent?: string; readonly fields: object }): Log {
  const trace = traceOf(request.traceparent);
  const project = process.env.ALLOYRUN_PROJECT;
  const name = trace === undefined || project === undefined ? trace : `projects/${project}/traces/${trace}`;
  const base = { ...request.fields, "logging.googleapis.com/trace": name };
  return (severity, message, fields) => {
    process.stdout.write(`${JSON.stringify({ severity, message, ...base, ...fields })}\n`);
  };
}

function traceOf(traceparent: string | undefined): string | undefined {
  return traceparent?.match(/^[0-9a-f]{2}-([0-9a-f]{32})-/)?.[1];
}
