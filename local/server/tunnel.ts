import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from "node:tls";
import type { Authority } from "../certificate.ts";

/** Ends TLS under any host name, with certificates of the local authority. */
export interface Tunnel {
  /** Takes a connection on which the client is about to start TLS. */
  accept(connection: Duplex): void;
}

/**
 * Makes the TLS side of the proxy. Only clients that speak nothing but HTTP/2 (gRPC) are given it; all others get
 * HTTP/1.1, which every REST client speaks.
 */
export function createTunnel(
  authority: Authority,
  serve: { http(socket: TLSSocket): void; grpc(socket: TLSSocket): void },
): Tunnel {
  const contexts = new Map<string, Promise<SecureContext>>();

  function contextFor(host: string): Promise<SecureContext> {
    const found =
      contexts.get(host) ??
      authority
        .issueServer({ hosts: [host] })
        .then(({ key, certificate }) => createSecureContext({ key, cert: certificate }));
    contexts.set(host, found);
    return found;
  }

  const server = createServer({
    SNICallback: (host, done) => {
      contextFor(host).then(
        (context) => done(null, context),
        (caught: unknown) => done(caught instanceof Error ? caught : new Error(String(caught))),
      );
    },
    ALPNCallback: ({ protocols }) =>
      protocols.includes("http/1.1") ? "http/1.1" : protocols.includes("h2") ? "h2" : undefined,
  });
  server.on("secureConnection", (socket) => (socket.alpnProtocol === "h2" ? serve.grpc(socket) : serve.http(socket)));
  // A client that does not trust the authority ends the handshake; that is its affair.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return { accept: (connection) => void server.emit("connection", connection) };
}

/** Passes a connection through to another host, byte by byte. */
export function passThrough(connection: Duplex, host: string, port: number): void {
  const upstream = connect(port, host);
  upstream.once("connect", () => {
    connection.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    connection.pipe(upstream).pipe(connection);
  });
  upstream.once("error", () => {
    connection.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  connection.once("error", () => upstream.destroy());
  connection.once("close", () => upstream.destroy());
}
