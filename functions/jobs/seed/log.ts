/** Writes one structured line to Cloud Logging. Values of secrets are blotted out wherever they turn up. */
export type Log = (severity: "INFO" | "WARNING" | "ERROR", message: string, facts?: LogFacts) => void;

/** Fields beside the message. */
export type LogFacts = Readonly<Record<string, string | number>>;

/**
 * Makes a log that prints one JSON object a line.
 *
 * @param options.secrets values that never appear in a line
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(options: {
  readonly write: (line: string) => void;
  readonly run: string;
  readonly secrets: readonly string[];
}): Log {
  const blot = (text: string): string => options.secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return (severity, message, facts = {}) => {
    const shown = Object.entries(facts).map(([name, value]) => [name, typeof value === "string" ? blot(value) : value]);
    options.write(
      `${JSON.stringify({ severity, message: blot(message), run: options.run, ...Object.fromEntries(shown) })}\n`,
    );
  };
}
