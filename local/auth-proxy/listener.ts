import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AdminApi } from "./admin-api.ts";
import type { ConnectionSource } from "./connection-source.ts";
import { dial } from "./dial.ts";
import type { Log } from "./log.ts";
import type { InstanceOptions } from "./options.ts";

/** What a listener works with. */
export interface ListenerOptions {
  readonly instance: InstanceOptions;
  readonly source: ConnectionSource;
  readonly api: AdminApi;
  readonly log: Log;
  readonly userAgent: string;
  /** Whether one more connection may be open. */
  readonly hasRoom: () => boolean;
}

/** The local end of one instance. */
export interface Listener {
  /** Connections that are open. */
  openCount(): number;
  /** Dials the instance once. @throws Error telling why that does not work */
  check(): Promise<void>;
  /** Takes no further connection. */
  close(): void;
  /** Cuts off the connections that are open. */
  destroy(): void;
}

const dialTimeoutMs = 30_000;

/**
 * Listens for one instance. It does so before anything is known of the instance: a client that comes is connected then,
 * or its socket is closed.
 *
 * @throws Error when the address is taken
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { instance, source, log, hasRoom } = options;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
  server.on("connection", (client) => {
    const peer = `${client.remoteAddress}:${client.remotePort}`;
    client.on("error", () => client.destroy());
    if (!hasRoom()) {
      log.info(`[${instance.name}] max connections exceeded; refusing new connection from ${peer}`);
      client.destroy();
      return;
    }
    open.add(client);
    client.once("close", () => open.delete(client));
    log.info(`[${instance.name}] Accepted connection from ${peer}`);
    proxyConnection(client, options).catch((caught: unknown) => {
      log.error(`[${instance.name}] failed to connect to instance: ${messageOf(caught)}`);
      client.destroy();
    });
  });
  await listen(server, instance);
  log.info(`[${instance.name}] Listening on ${instance.address}:${instance.port}`);
  return {
    openCount: () => open.size,
    async check() {
      try {
        (await dialInstance(options)).destroy();
      } catch (caught) {
        throw new Error(`${messageOf(caught)} (instance URI = "${instance.name}")`, { cause: caught });
      }
    },
    close() {
      server.close();
      source.close();
    },
    destroy() {
      for (const client of open) client.destroy();
    },
  };
}

async function listen(server: Server, { address, port }: InstanceOptions): Promise<void> {
  server.listen({ host: address, port });
  await once(server, "listening");
}

async function proxyConnection(client: Socket, options: ListenerOptions): Promise<void> {
  const server = await dialInstance(options);
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroy());
  server.on("error", () => client.destroy());
  client.pipe(server);
  server.pipe(client);
  if (client.destroyed) server.destroy();
}

async function dialInstance({ instance, source, api, userAgent }: ListenerOptions): Promise<Socket> {
  const signal = AbortSignal.timeout(dialTimeoutMs);
  const [connection, token] = await Promise.all([source.connection(), api.accessToken()]);
  const authType = instance.autoIamAuthn ? "AUTO_IAM" : "DB_NATIVE";
  try {
    const socket = await dial(connection, { authType, token, userAgent, signal });
    return socket.on("error", () => socket.destroy());
  } catch (caught) {
    source.invalidate();
    throw caught;
  }
}

/** The text of anything thrown; API errors carry the API's own message. */
export function messageOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}
