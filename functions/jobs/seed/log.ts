/** Writes one structured line to Cloud Logging. Values of secrets are blotted out wherever they turn up. */
export type Log = (severity: "INFO" | "WARNING" | "ERROR", message: string, facts?: LogFacts) => void;

/** Fields beside the message. */
export type LogFacts = Readonly<Record<string, string | number>>;

/**
 * Makes a log that prints one JSON object a line, each with the run and, where it has one, the trace.
 *
 * @param options.run what marks the execution: a run's id, after a dot the number of its attempt from the second on
 * @param options.secrets values that never appear in a line
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(options: {
  readonly write: (line: string) => void;
  readonly run: string;
  readonly trace?: string;
  readonly secrets: readonly string[];
}): Log {
  const blot = (text: string): string => options.secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  const [run = "", attempt] = options.run.split(".");
  const base = { run, ...(attempt && { ofAttempt: Number(attempt) }), "logging.googleapis.com/trace": options.trace };
  return (severity, message, facts = {}) => {
    const shown = Object.entries(facts).map(([name, value]) => [name, typeof value === "string" ? blot(value) : value]);
    options.write(`${JSON.stringify({ severity, message: blot(message), ...base, ...Object.fromEntries(shown) })}\n`);
  };
}
