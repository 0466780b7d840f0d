/** Prints what happens: information to standard output, errors to standard error. */
export interface Log {
  info(message: string): void;
  error(message: string): void;
}

/** How the lines look. */
export interface LogOptions {
  /** One JSON object a line, as Cloud Logging reads it. */
  readonly structured: boolean;
  /** Errors only. */
  readonly quiet: boolean;
}

/** Makes the log of the proxy. */
export function createLog({ structured, quiet }: LogOptions): Log {
  const line = (severity: string, message: string) => {
    const timestamp = new Date().toISOString();
    if (structured) return `${JSON.stringify({ severity, timestamp, message })}\n`;
    return `${timestamp.slice(0, 19).replaceAll("-", "/").replace("T", " ")} ${message}\n`;
  };
  return {
    info(message) {
      if (!quiet) process.stdout.write(line("INFO", message));
    },
    error: (message) => void process.stderr.write(line("ERROR", message)),
  };
}
