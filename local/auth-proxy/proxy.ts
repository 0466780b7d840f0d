import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdminApi } from "./admin-api.ts";
import {
  type ConnectionSource,
  createConnectionSource,
  createRsaKeys,
  staticConnectionSource,
} from "./connection-source.ts";
import { type Answer, startHttpServer } from "./http.ts";
import { type Listener, messageOf, startListener } from "./listener.ts";
import type { Log } from "./log.ts";
import type { InstanceOptions, Options } from "./options.ts";

const userAgent = "alloydb-auth-proxy/local";

/**
 * Runs the proxy until it is told to end.
 *
 * @returns the exit code: 0 after `/quitquitquit`, or SIGTERM with `--exit-zero-sigterm`; else 128 and the signal's number
 * @throws Error when it cannot start, or its connection test fails
 */
export async function runProxy(options: Options, log: Log): Promise<number> {
  const ending = Promise.withResolvers<Ending>();
  const state = { isStarted: false, isStopped: false };
  const listeners: Listener[] = [];
  const openCount = () => listeners.reduce((sum, listener) => sum + listener.openCount(), 0);
  await startServers({ options, log, state, listeners, openCount, quit: () => ending.resolve("quitquitquit") });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.resolve(signal));

  log.info(
    options.text("token") ? "Authorizing with the --token flag" : "Authorizing with Application Default Credentials",
  );
  await startListeners({ options, log, listeners, openCount });
  if (options.isOn("run-connection-test")) {
    await checkAll(listeners);
    log.info("Connection test passed");
  }
  state.isStarted = true;
  log.info("The proxy has started successfully and is ready for new connections!");

  const cause = await ending.promise;
  log.info(`${cause} received. Shutting down...`);
  await drain({ options, state, listeners, openCount, isSignal: cause !== "quitquitquit" });
  return exitCode(cause, options);
}

type Ending = "SIGTERM" | "SIGINT" | "quitquitquit";

interface State {
  isStarted: boolean;
  isStopped: boolean;
}

interface Running {
  readonly options: Options;
  readonly log: Log;
  readonly listeners: Listener[];
  readonly openCount: () => number;
}

async function startListeners({ options, log, listeners, openCount }: Running): Promise<void> {
  const api = createAdminApi(options);
  const most = options.number("max-connections");
  const hasRoom = () => most === 0 || openCount() < most;
  const source = await sourceMaker(options, api);
  for (const instance of options.instances) {
    const parts = { instance, source: source(instance), api, log, userAgent, hasRoom };
    listeners.push(await startListener(parts));
  }
}

async function sourceMaker(
  options: Options,
  api: ReturnType<typeof createAdminApi>,
): Promise<(instance: InstanceOptions) => ConnectionSource> {
  const file = options.text("static-connection-info");
  if (file) {
    const json = await readFile(file, "utf8");
    return (instance) => staticConnectionSource(json, instance);
  }
  // The key takes a moment to find; by the time the first connection comes, it is there.
  const made = createRsaKeys();
  made.catch(() => undefined);
  const keys = () => made;
  return (instance) => createConnectionSource({ api, instance, keys, lazy: options.isOn("lazy-refresh") });
}

async function checkAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.check()));
}

interface Servers extends Running {
  readonly state: State;
  readonly quit: () => void;
}

/** The health endpoints and the admin endpoint, each only if asked for. */
async function startServers(running: Servers): Promise<void> {
  const { options, log, quit } = running;
  if (options.isOn("health-check")) {
    const address = options.text("http-address");
    const port = options.number("http-port");
    await startHttpServer({ address, port, paths: healthPaths(running) });
    log.info(`Starting health check server at ${address}:${port}`);
  }
  if (!options.isOn("quitquitquit")) return;
  const answer = (method: string): Answer => {
    if (method !== "GET" && method !== "POST") return { status: 400, text: "" };
    quit();
    return { status: 200, text: "" };
  };
  await startHttpServer({
    address: "localhost",
    port: options.number("admin-port"),
    paths: { "/quitquitquit": answer },
  });
}

function healthPaths({ options, log, state, listeners, openCount }: Servers) {
  const ok: Answer = { status: 200, text: "ok" };
  const failed = (check: string, text: string): Answer => {
    log.error(`[Health Check] ${check} failed: ${text}`);
    return { status: 503, text };
  };
  return {
    "/liveness": () => ok,
    "/startup": async () => {
      if (!state.isStarted) return { status: 503, text: "error" };
      if (!options.isOn("with-backend-check")) return ok;
      return checkAll(listeners).then(
        () => ok,
        (caught: unknown) => failed("Startup", messageOf(caught)),
      );
    },
    "/readiness": () => {
      const most = options.number("max-connections");
      if (!state.isStarted) return failed("Readiness", "proxy is not started");
      if (state.isStopped) return failed("Readiness", "proxy has stopped");
      if (most === 0 || openCount() < most) return ok;
      return failed("Readiness", `max connections reached (open = ${openCount()}, max = ${most})`);
    },
  };
}

interface Draining extends Omit<Running, "log"> {
  readonly state: State;
  readonly isSignal: boolean;
}

/** After a signal: first still accepts for a while, then waits for open connections to end, both within limits. */
async function drain({ options, state, listeners, openCount, isSignal }: Draining): Promise<void> {
  state.isStopped = true;
  if (isSignal) await sleep(options.duration("min-sigterm-delay"));
  for (const listener of listeners) listener.close();
  const end = performance.now() + (isSignal ? options.duration("max-sigterm-delay") : 0);
  while (openCount() > 0 && performance.now() < end) await sleep(50);
  for (const listener of listeners) listener.destroy();
}

function exitCode(cause: Ending, options: Options): number {
  if (cause === "quitquitquit" || (cause === "SIGTERM" && options.isOn("exit-zero-sigterm"))) return 0;
  return 128 + constants.signals[cause];
}
