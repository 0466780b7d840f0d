import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LocalCloud } from "../../local/main.ts";

const program = fileURLToPath(new URL("kept-cloud-process.ts", import.meta.url));

/** A local cloud that runs in a process of its own on a state directory. */
export interface KeptCloud extends Pick<LocalCloud, "port" | "url"> {
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Ends it as SIGTERM does. */
  stop(): Promise<void>;
}

/** How to start one. */
export interface KeptCloudOptions {
  readonly pace?: string;
  /** A snapshot to begin as. */
  readonly from?: string;
  /** Modules to load before it. */
  readonly imports?: readonly string[];
}

/** Starts one; rejects with what it said when it does not come up. */
export async function startKeptCloud(
  state: string,
  { pace = "max", from = "", imports = [] }: KeptCloudOptions = {},
): Promise<KeptCloud> {
  const early = imports.flatMap((file) => ["--import", file]);
  const args = ["--disable-warning=ExperimentalWarning", ...early, program, state, pace, from];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const exited = once(child, "exit").then(() => undefined);
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]) => String(text));
  const port = Number((await Promise.race([line, exited])) ?? Number.NaN);
  if (Number.isNaN(port)) throw new Error(`the local cloud did not start: ${said.join("\n")}`);
  return {
    ...{ port, url: `http://127.0.0.1:${port}` },
    kill: () => end(child, "SIGKILL"),
    stop: () => end(child, "SIGTERM"),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** A temporary directory for the state of one local cloud, which other users may pass through. */
export function makeStateDirectory(): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), "alloyrun-state-"));
  chmodSync(parent, 0o711);
  return {
    path: join(parent, "state"),
    remove: () => rmSync(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
