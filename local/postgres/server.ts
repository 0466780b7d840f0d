import { readFile, readlink, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup } from "../process/group.ts";
import type { ManagedProcess, ProcessExit, Processes } from "../process/process.ts";
import { holderOf, isHolding } from "../state/holder.ts";
import type { Binaries } from "./binaries.ts";

/** The port of PostgreSQL; every server has an address of its own. */
export const postgresPort = 5432;

/** Where a server listens instead whose usual port somebody else answers for it. */
export const innerPort = 5431;

/** Where and how a server runs. */
export interface ServerOptions {
  readonly processes: Processes;
  readonly binaries: Binaries;
  readonly dataDirectory: string;
  /** The one address it listens on. */
  readonly address: string;
  /** 5432 unless given. */
  readonly port?: number;
  /** Parameters beyond those that every server here has. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Receives what the server logs. */
  readonly onLine?: (line: string) => void;
}

/** A PostgreSQL server that accepts connections. */
export interface Server {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Reads `pg_hba.conf` again. */
  reload(): void;
  /** Ends it the fast way: open sessions are cut off, what is committed is kept. */
  stop(): Promise<void>;
}

/**
 * Data must outlive the server's process, not the machine's power, so nothing waits for a disk. Pages are written whole
 * to the log first: a write that SIGKILL interrupts may be torn. Statements stay out of the log because they may
 * carry what is secret.
 */
const ownParameters = {
  unix_socket_directories: "",
  ssl: "on",
  ssl_min_protocol_version: "TLSv1.3",
  ssl_cert_file: "server.crt",
  ssl_key_file: "server.key",
  ssl_ca_file: "clients.crt",
  password_encryption: "scram-sha-256",
  fsync: "off",
  shared_buffers: "16MB",
  max_wal_size: "64MB",
  min_wal_size: "2MB",
  dynamic_shared_memory_type: "mmap",
  jit: "off",
  log_min_error_statement: "panic",
  log_timezone: "UTC",
  timezone: "UTC",
} as const;

/** What AlloyDB starts an instance with that has 2 vCPUs, unless its flags say otherwise. */
const defaultParameters = { max_connections: "1000" } as const;

const readyLine = /database system is ready to accept (read-only )?connections/;

/**
 * Starts a server on a prepared data directory and waits until it accepts connections.
 *
 * @throws Error with the end of its log when it ends before it is ready
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { processes, binaries, dataDirectory } = options;
  await endFormerServer(dataDirectory);
  const log: string[] = [];
  const ready = Promise.withResolvers<void>();
  const child = await processes.spawn({
    command: path.join(binaries.directory, "postgres"),
    args: ["-D", dataDirectory, ...toArguments(options)],
    env: { ...binaries.environment, TZ: "UTC", LC_ALL: "C" },
    cwd: dataDirectory,
    ...binaries.user,
    onLine(line) {
      log.push(line);
      if (log.length > 20) log.shift();
      options.onLine?.(line);
      if (readyLine.test(line)) ready.resolve();
    },
  });
  const ended = child.exited.then(({ code }) => {
    throw new Error(`PostgreSQL ended with status ${code} before it was ready: ${log.join(" | ")}`);
  });
  await Promise.race([ready.promise, ended]);
  ended.catch(() => undefined);
  return toServer(child);
}

/** Two servers on the same data would ruin it: whoever still runs there, against all odds, is ended. */
async function endFormerServer(dataDirectory: string): Promise<void> {
  const file = path.join(dataDirectory, "postmaster.pid");
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  const folder = pid > 0 ? await readlink(`/proc/${pid}/cwd`).catch(() => undefined) : undefined;
  const holder = holderOf(pid);
  if (folder !== undefined && folder === (await realpath(dataDirectory))) {
    killGroup(pid);
    while (isHolding(holder)) await sleep(5);
  }
  await rm(file, { force: true });
}

function toArguments({ address, port = postgresPort, parameters }: ServerOptions): string[] {
  const all = { ...defaultParameters, ...parameters, ...ownParameters, listen_addresses: address, port: `${port}` };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function toServer(child: ManagedProcess): Server {
  return {
    pid: child.pid,
    exited: child.exited,
    reload: () => child.kill("SIGHUP"),
    async stop() {
      await child.stop("SIGINT", 5000);
    },
  };
}
