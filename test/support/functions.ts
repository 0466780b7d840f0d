import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Functions of ours that run in a process of their own. */
export interface HostedFunctions {
  /** Calls a function by POST with JSON, or as the options say. */
  call(name: string, body: unknown, options?: CallOptions): Promise<FunctionAnswer>;
  /** What the functions have printed, line by line. */
  readonly output: readonly string[];
  stop(): Promise<void>;
}

/** How to call, when not by POST to `/`. */
export interface CallOptions {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a function answered. */
export interface FunctionAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly type: string;
  readonly body: Body;
}

/**
 * Serves functions under the Functions Framework in a child process with the given environment, for example that of a
 * local cloud.
 *
 * @param functions modules relative to the project's folder, by function
 */
export async function hostFunctions(
  functions: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<HostedFunctions> {
  const program = fileURLToPath(new URL("./function-host.ts", import.meta.url));
  const modules = Object.entries(functions).map(([name, module]) => `${module}=${name}`);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...modules], {
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const output: string[] = [];
  const ports = await readPorts(child, output);
  return {
    output,
    async call(name, body, options = {}) {
      const { method = "POST", path = "/", headers } = options;
      const response = await fetch(`http://127.0.0.1:${ports[name]}${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const type = response.headers.get("content-type") ?? "";
      return { status: response.status, type, body: text.startsWith("{") ? JSON.parse(text) : { text } };
    },
    async stop() {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function readPorts(child: ChildProcess, output: string[]): Promise<Readonly<Record<string, number>>> {
  if (!child.stdout) throw new Error("the child has no output");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the functions' process ended with ${code}:\n${output.join("\n")}`)));
    lines.on("line", (line) => {
      output.push(line);
      if (line.startsWith('{"ports"')) resolve(JSON.parse(line).ports);
    });
  });
}
