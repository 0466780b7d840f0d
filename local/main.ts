import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Api } from "./api.ts";
import { apis as allApis } from "./apis.ts";
import { type Assembled, assemble } from "./assemble.ts";
import type { Pace } from "./clock.ts";
import type { Cloud } from "./cloud.ts";
import { createEnvironment, writeClientFiles } from "./environment.ts";
import type { Faults } from "./fault/faults.ts";
import { type Ground, layGround } from "./ground.ts";
import { createJournal, type Journal } from "./journal.ts";
import { openJournalFile } from "./journal-file.ts";
import type { Json } from "./json.ts";
import { createPersonalEnvironment } from "./personal-environment.ts";
import { answerAdmin } from "./server/admin.ts";
import { keepAliveMs } from "./server/keep-alive.ts";
import { openPort, type Port } from "./server/port.ts";
import { kept } from "./state/change-log.ts";
import { openState, type State } from "./state/state.ts";

/** How to start a local Google Cloud. */
export interface LocalCloudOptions {
  /** Loopback port; the one of last time with `state`, else a free one, unless given. */
  readonly port?: number;
  /** How fast time runs towards what is awaited; `max` (it jumps) unless given. */
  readonly pace?: Pace;
  /** Decides latencies and ids; the same seed gives the same. */
  readonly seed?: string;
  /**
   * Directory that keeps everything over restarts and crashes; made when it is not there. Without one, all is in memory.
   * Who can read it, can read every secret in the cloud.
   */
  readonly state?: string;
  /** A snapshot to begin as, at the time when it was taken; in a temporary directory unless `state` names a new one. */
  readonly from?: string;
  /** Called when `POST /_local/reset` asks for an empty cloud; whoever has it calls `reset`. */
  readonly onReset?: () => void;
  /** Where files are without `state`; a temporary directory, removed at the end, unless given. */
  readonly directory?: string;
  /** Refuses requests to hosts that are not part of it. */
  readonly offline?: boolean;
  /** Project that the environment and metadata name unless asked for another. */
  readonly project?: string;
  /** Ports that serve one API each over plain HTTP. */
  readonly listen?: readonly { readonly host: string; readonly port: number }[];
  /** A fault plan to begin with, as `alloyrun local fault export` writes it. */
  readonly faults?: object;
  /** The APIs to serve; all unless given. */
  readonly apis?: readonly ((cloud: Cloud) => Api)[];
}

/** A running local Google Cloud. */
export interface LocalCloud {
  readonly port: number;
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  readonly cloud: Cloud;
  /** What is planned to go wrong in it. */
  readonly faults: Faults;
  readonly journal: Journal;
  /** The APIs that are served. */
  readonly apis: readonly Api[];
  /** The variables with which a person's programs reach it: the owner's, or those of the person with that e-mail. */
  environment(options?: { readonly as?: string; readonly project?: string }): Promise<Record<string, string>>;
  /**
   * Copies its state into a new directory while it runs, as a crash at this moment would leave it; everything stands still
   * for as long as that takes. Another one can be started `from` it, at another port.
   *
   * @throws Error without `state`, or when the directory is there already
   */
  snapshot(directory: string): void;
  /** Ends it, forgets everything but the keys that clients trust, and starts it again at the same port. */
  reset(): Promise<LocalCloud>;
  /** Ends it with every process of its own, and every file unless there is a state to keep. */
  stop(): Promise<void>;
}

/** Starts a local Google Cloud; when this resolves, it serves, and everything that was kept is back. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  return await startOn(openState({ ...options, pace: options.pace ?? "max" }), options);
}

async function startOn(state: State, options: LocalCloudOptions): Promise<LocalCloud> {
  try {
    return await startWith(state, options);
  } catch (caught) {
    state.seal();
    state.close();
    throw caught;
  }
}

async function startWith(state: State, options: LocalCloudOptions): Promise<LocalCloud> {
  const { project = "local-project", offline = false, onReset } = options;
  const isTemporary = options.state === undefined && options.directory === undefined;
  const ground = await layGround({ state, seed: options.seed, isTemporary });
  const { authority, processes, random } = ground;
  let port: Port | undefined;
  const environment = createEnvironment(() => port?.port ?? 0, writeClientFiles(state.directory, authority));
  const ownHost = () => `127.0.0.1:${port?.port}`;
  const environmentFor = createPersonalEnvironment({ project, ownHost, parts: () => parts });
  const snapshot = (target: string) => processes.frozen(() => state.snapshot(target));
  const own = { environmentFor, snapshot, onReset, started: new Date().toISOString() };
  const parts: Assembled = assemble({
    ...{ state, authority, processes, random, offline, project, environment },
    block: ground.block.block,
    journal: createJournal(state.isKept ? openJournalFile(join(state.directory, "journal.jsonl")) : undefined),
    apis: options.apis ?? allApis,
    admin: (request) => answerAdmin({ ...parts, ...parts.cloud, ...own }, request),
  });
  const { cloud, apis, faults, journal } = parts;
  const plain: Server[] = [];
  const end = once(async () => {
    await port?.close();
    await Promise.all(plain.map(closeServer));
    await endParts(state, ground, parts);
  });
  try {
    port = await openOwnPort(parts, ground, { offline, port: options.port });
    ground.record(port.port);
    for (const one of options.listen ?? []) plain.push(await listenPlain(parts, one));
    if (options.faults) replacePlan(faults, options.faults);
    if (options.project) cloud.projects.ensure(options.project);
    await comeBack(parts);
    await kept();
  } catch (caught) {
    await end();
    throw caught;
  }
  const url = `http://127.0.0.1:${port.port}`;
  const again = { ...options, port: port.port, seed: ground.seed };
  return {
    ...{ port: port.port, url, cloud, faults, journal, apis, environment: environmentFor, snapshot },
    reset: () => end().then(() => startOn(state.emptied(), again)),
    stop: once(() => end().then(() => state.close())),
  };
}

/** Opens the port asked for, or that of last time. */
async function openOwnPort(
  { web: { handle, knows }, grpc }: Assembled,
  { authority, last }: Ground,
  { offline, port: asked }: { readonly offline: boolean; readonly port?: number },
): Promise<Port> {
  try {
    return await openPort({ port: asked ?? last.port ?? 0, authority, grpc, offline, handle, knows });
  } catch (cause) {
    if (asked !== undefined || last.port === undefined) throw cause;
    const message = `port ${last.port}, at which this local Google Cloud was, is taken: end what listens there, or name another with --port`;
    throw new Error(message, { cause });
  }
}

/** Ends all that runs. What that changes is not kept: it ends because this process does. */
async function endParts(state: State, { processes, block }: Ground, parts: Assembled): Promise<void> {
  const { apis, journal, grpc, metadataServers, cloud } = parts;
  state.seal();
  journal.close();
  await Promise.all(apis.map((api) => api.stop?.()));
  await metadataServers.close();
  cloud.clock.close();
  grpc.stop();
  await processes.stop();
  await block.release();
}

/** Makes what is not in the store again, then lets unfinished work go on. */
async function comeBack({ cloud, apis }: Assembled): Promise<void> {
  await cloud.clock.working(async () => {
    for (const api of apis) await api.start?.();
    cloud.operations.resume();
  });
}

/** A plan given at the start stands in place of what was planned before. */
function replacePlan(faults: Faults, plan: object): void {
  faults.clear();
  faults.load(plan as Json);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** A port of one API, for clients that follow no proxy and take no path. */
async function listenPlain({ web }: Assembled, { host, port }: { host: string; port: number }): Promise<Server> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, web.handleFor(host));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
