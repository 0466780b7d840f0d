import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The project's folder, absolute. */
export const projectFolder = fileURLToPath(new URL("../", import.meta.url));

/** A program under measurement. */
export interface Command extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Resolves with the line once one matches. @throws Error with the output when the program ends before */
  untilLine(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** What to start, and where. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a program and reads its lines; the end of the scope ends it with SIGTERM. */
export function startCommand(file: string, args: readonly string[], options: CommandOptions = {}): Command {
  const child = spawn(file, args, {
    cwd: options.cwd ?? projectFolder,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    process: child,
    ended,
    output: () => lines.join("\n"),
    untilLine: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => pattern.test(line) && resolve(line);
        for (const line of lines) look(line);
        listeners.add(look);
        child.once("close", (code) => reject(new Error(`${file} ended with ${code}:\n${lines.join("\n")}`)));
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}

/** Starts the command line of this project. */
export function startAlloyrun(args: readonly string[], options: CommandOptions = {}): Command {
  return startCommand(process.execPath, ["--disable-warning=ExperimentalWarning", "cli/main.ts", ...args], options);
}
