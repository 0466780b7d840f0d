import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Api } from "./api.ts";
import { apis as allApis } from "./apis.ts";
import { type Assembled, assemble } from "./assemble.ts";
import { type Authority, createAuthorityKeys, type KeyPair, openAuthority } from "./certificate.ts";
import type { Pace } from "./clock.ts";
import type { Cloud } from "./cloud.ts";
import { createEnvironment, writeClientFiles } from "./environment.ts";
import type { Faults } from "./fault/faults.ts";
import { createJournal, type Journal } from "./journal.ts";
import { openJournalFile } from "./journal-file.ts";
import type { Json } from "./json.ts";
import { createPersonalEnvironment } from "./personal-environment.ts";
import { endLeftovers } from "./process/leftovers.ts";
import { createProcesses } from "./process/process.ts";
import { createRandom } from "./random.ts";
import { answerAdmin } from "./server/admin.ts";
import { openPort, type Port } from "./server/port.ts";
import { takeBlock } from "./state/block.ts";
import { lastStart, recordStart } from "./state/start-record.ts";
import { openState, type State } from "./state/state.ts";
import type { Store } from "./store.ts";

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
  const { directory, store, clock } = state;
  const last = lastStart(store);
  const { project = "local-project", offline = false, seed = last.seed } = options;
  const register = join(directory, "processes.jsonl");
  if (state.isKept) await endLeftovers(register);
  const authority = await openKeptAuthority(store);
  const files = writeClientFiles(directory, authority);
  const { block, release } = await takeBlock(last.block);
  const isTemporary = options.state === undefined && options.directory === undefined;
  const processes = createProcesses(isTemporary ? directory : undefined, state.isKept ? register : undefined);
  let port: Port | undefined;
  const environment = createEnvironment(() => port?.port ?? 0, files);
  const environmentFor = createPersonalEnvironment({
    project,
    ownHost: () => `127.0.0.1:${port?.port}`,
    parts: () => parts,
  });
  const parts: Assembled = assemble({
    ...{ state, authority, processes, offline, project, environment, block },
    journal: createJournal(state.isKept ? openJournalFile(join(directory, "journal.jsonl")) : undefined),
    random: createRandom(last.starts === 0 ? seed : `${seed}#${last.starts}`, seed),
    apis: options.apis ?? allApis,
    admin: (request) => answerAdmin({ ...parts, ...parts.cloud, environmentFor, snapshot, onReset }, request),
  });
  const { cloud, apis, faults, journal, web, grpc } = parts;
  const plain: Server[] = [];

  const end = once(async () => {
    await port?.close();
    await Promise.all(plain.map(closeServer));
    state.seal();
    journal.close();
    await Promise.all(apis.map((api) => api.stop?.()));
    await parts.metadataServers.close();
    clock.close();
    grpc.stop();
    await processes.stop();
    await release();
  });
  const stop = once(async () => {
    await end();
    state.close();
  });
  const snapshot = (target: string) => processes.frozen(() => state.snapshot(target));
  const { onReset } = options;

  try {
    const { handle, knows } = web;
    const wanted = options.port ?? last.port ?? 0;
    port = await openPort({ port: wanted, authority, grpc, offline, handle, knows }).catch((cause) => {
      throw options.port === undefined && last.port ? portTaken(last.port, cause) : cause;
    });
    recordStart(store, { starts: last.starts + 1, seed, block, port: port.port });
    for (const one of options.listen ?? []) plain.push(await listenPlain(parts, one));
    if (options.faults) replacePlan(faults, options.faults);
    if (options.project) cloud.projects.ensure(options.project);
    await comeBack(parts);
  } catch (caught) {
    await stop();
    throw caught;
  }
  const url = `http://127.0.0.1:${port.port}`;
  const former = { ...options, port: port.port, seed };
  const reset = async () => {
    await end();
    return await startOn(state.emptied(), former);
  };
  return { port: port.port, url, cloud, faults, journal, apis, environment: environmentFor, snapshot, reset, stop };
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

function portTaken(port: number, cause: unknown): Error {
  const message = `port ${port}, at which this local Google Cloud was, is taken: end what listens there, or name another with --port`;
  return new Error(message, { cause });
}

/** The authority that clients trust already, or a new one. */
async function openKeptAuthority(store: Store): Promise<Authority> {
  const keys = store.collection<KeyPair>("local.keys");
  return await openAuthority(keys.get("authority") ?? keys.put("authority", await createAuthorityKeys()));
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
  const server = createServer(web.handleFor(host));
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
