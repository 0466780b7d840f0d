import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownerEmail, type Principal } from "./access/principal.ts";
import type { Api } from "./api.ts";
import { apis as allApis } from "./apis.ts";
import { type Assembled, assemble } from "./assemble.ts";
import { createAuthority } from "./certificate.ts";
import type { Pace } from "./clock.ts";
import type { Cloud } from "./cloud.ts";
import { createEnvironment, writeClientFiles } from "./environment.ts";
import type { Journal } from "./journal.ts";
import { createProcesses } from "./process/process.ts";
import { answerAdmin } from "./server/admin.ts";
import { openPort, type Port } from "./server/port.ts";

/** How to start a local Google Cloud. */
export interface LocalCloudOptions {
  /** Loopback port; a free one unless given. */
  readonly port?: number;
  /** How fast time runs towards what is awaited; `max` (it jumps) unless given. */
  readonly pace?: Pace;
  /** Decides latencies and ids; the same seed gives the same. */
  readonly seed?: string;
  /** Where files are kept; a temporary directory, removed at the end, unless given. */
  readonly directory?: string;
  /** Refuses requests to hosts that are not part of it. */
  readonly offline?: boolean;
  /** Project that the environment and metadata name unless asked for another. */
  readonly project?: string;
  /** Ports that serve one API each over plain HTTP. */
  readonly listen?: readonly { readonly host: string; readonly port: number }[];
  /** The APIs to serve; all unless given. */
  readonly apis?: readonly ((cloud: Cloud) => Api)[];
}

/** A running local Google Cloud. */
export interface LocalCloud {
  readonly port: number;
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  readonly cloud: Cloud;
  readonly journal: Journal;
  /** The APIs that are served. */
  readonly apis: readonly Api[];
  /** The variables with which a person's programs reach it: the owner's, or those of the person with that e-mail. */
  environment(options?: { readonly as?: string; readonly project?: string }): Promise<Record<string, string>>;
  /** Ends it with every process and file of its own. */
  stop(): Promise<void>;
}

/** Starts a local Google Cloud; when this resolves, it serves. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const directory = makeDirectory(options.directory);
  const processes = createProcesses(options.directory ? undefined : directory);
  const authority = await createAuthority();
  const files = writeClientFiles(directory, authority);
  const { project = "local-project", offline = false } = options;
  let port: Port | undefined;
  const environment = createEnvironment(() => port?.port ?? 0, files);
  const environmentFor = createPersonalEnvironment({
    project,
    tokenFile: files.ownerToken,
    ownHost: () => `127.0.0.1:${port?.port}`,
    parts: () => parts,
  });
  const parts: Assembled = assemble({
    ...{ authority, directory, processes, offline, project, environment },
    pace: options.pace ?? "max",
    seed: options.seed ?? "alloyrun",
    apis: options.apis ?? allApis,
    block: nextBlock(),
    admin: (request) => answerAdmin({ ...parts, ...parts.cloud, environmentFor }, request),
  });
  const { cloud, apis, journal, web, grpc } = parts;
  const plain: Server[] = [];

  const stop = once(async () => {
    await port?.close();
    await Promise.all(plain.map(closeServer));
    await Promise.all(apis.map((api) => api.stop?.()));
    await parts.metadataServers.close();
    cloud.clock.close();
    grpc.stop();
    await processes.stop();
    if (!options.directory) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  try {
    const { handle, knows } = web;
    port = await openPort({ port: options.port ?? 0, authority, grpc, offline, handle, knows });
    for (const one of options.listen ?? []) plain.push(await listenPlain(parts, one));
  } catch (caught) {
    await stop();
    throw caught;
  }
  if (options.project) cloud.projects.ensure(options.project);
  const url = `http://127.0.0.1:${port.port}`;
  return { port: port.port, url, cloud, journal, apis, environment: environmentFor, stop };
}

/** Makes `LocalCloud.environment`: the owner is spoken for at the port itself, another person at a server of their own. */
function createPersonalEnvironment({
  project,
  tokenFile,
  ownHost,
  parts,
}: {
  readonly project: string;
  readonly tokenFile: string;
  readonly ownHost: () => string;
  readonly parts: () => Assembled;
}): LocalCloud["environment"] {
  return async ({ as = ownerEmail, project: asked = project } = {}) => {
    const { cloud, metadataServers } = parts();
    if (as === ownerEmail) {
      return cloud.environment({ metadataHost: ownHost(), project: asked, accessTokenFile: tokenFile });
    }
    const person: Principal = { kind: "user", email: as };
    const subject = { identity: { principal: person }, project: asked, region: "us-central1" };
    const { host } = await metadataServers.listen(subject, "127.0.0.1");
    return cloud.environment({ metadataHost: host, project: asked });
  };
}

let started = 0;

/** Second part of a local cloud's loopback addresses: another for each in this process, and likely for each process. */
function nextBlock(): number {
  started += 1;
  return 16 + ((process.pid * 7 + started) % 200);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** Workloads run as another user when this process is root: they may pass through, but not list. */
function makeDirectory(given: string | undefined): string {
  const directory = given ?? mkdtempSync(join(tmpdir(), "alloyrun-"));
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711);
  return directory;
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
