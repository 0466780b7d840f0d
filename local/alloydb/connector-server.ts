import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { KeyPair } from "../certificate.ts";
import { withinLoginTime } from "./first-packets.ts";
import { type LoginRules, relayLogin } from "./login-server.ts";
import { connectorPort, decodeRequest, type ExchangeRequest, encodeResponse, readFrame } from "./metadata-exchange.ts";
import { readStartup, relaySession, type Upstream } from "./relay.ts";

/**
 * Names in the certificates of clients: whoever asked for one without the metadata exchange, as drivers do that bring
 * TLS of their own (asyncpg), speaks PostgreSQL right after TLS.
 */
export const clientNames = { exchange: "alloydb-connector", direct: "alloydb-direct-client" } as const;

/** What a connector's request for a connection comes to. */
type Verdict =
  | { readonly error: string }
  /** The session goes to `upstream`; `role` is the only one it may log in as, if the token decides that. */
  | { readonly upstream: Upstream; readonly role?: string };

/** An instance's side of the connectors' protocol. */
export interface ConnectorServerOptions {
  readonly address: string;
  /** The instance's certificate under the cluster's authority. */
  readonly server: KeyPair;
  /** PEM of the cluster's authority; only clients whose certificate it issued are let in. */
  readonly clusterAuthority: string;
  /** Checks the token of a request. */
  admit(request: ExchangeRequest): Verdict;
  /** How sessions without the exchange log in. */
  readonly logins: LoginRules;
}

/** Serves until it is closed, which cuts off open sessions. */
export interface ConnectorServer {
  close(): Promise<void>;
}

/**
 * Listens on port 5433 of an address: mutual TLS 1.3, the metadata exchange, then PostgreSQL.
 *
 * @see https://github.com/GoogleCloudPlatform/alloydb-auth-proxy
 */
export async function startConnectorServer(options: ConnectorServerOptions): Promise<ConnectorServer> {
  const { address, server: own, clusterAuthority } = options;
  const sockets = new Set<Socket>();
  const server = createServer({
    key: own.key,
    cert: own.certificate,
    ca: clusterAuthority,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.3",
    noDelay: true,
    keepAlive: true,
  });
  // Also those that have not finished TLS, for which closing would wait.
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("secureConnection", (socket) => {
    // Whoever hangs up in the middle is of no interest to anybody else; the socket is gone either way.
    socket.on("error", () => socket.destroy());
    void withinLoginTime(socket, serve(socket, options));
  });
  server.listen({ host: address, port: connectorPort });
  await once(server, "listening");
  return {
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function serve(socket: TLSSocket, { admit, logins }: ConnectorServerOptions): Promise<void> {
  if (socket.getPeerCertificate().subject?.CN === clientNames.direct) {
    return await relayLogin(socket, await readStartup(socket), logins);
  }
  const verdict = admit(decodeRequest(await readFrame(socket)));
  if ("error" in verdict) {
    socket.end(encodeResponse(verdict));
    return;
  }
  // One small write: connectors read header and body with single reads.
  socket.write(encodeResponse({}));
  await relaySession(socket, verdict.upstream, verdict.role);
}
