import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Authority } from "../certificate.ts";
import type { GrpcServer } from "./grpc.ts";
import { keepAliveMs } from "./keep-alive.ts";
import { isLoopback } from "./target.ts";
import { createTunnel, passThrough } from "./tunnel.ts";

/** What answers at a port. */
export interface PortOptions {
  readonly port: number;
  readonly authority: Authority;
  readonly grpc: GrpcServer;
  /** Answers an HTTP request, in whatever form its target is given. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether a host name is answered here rather than passed through. */
  readonly knows: (host: string) => boolean;
  /** Refuses all that is not answered here. */
  readonly offline: boolean;
}

/** A listening port. */
export interface Port {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the loopback port that takes HTTP, gRPC, TLS and the proxy's CONNECT alike, told apart by their first byte. */
export async function openPort({ port, authority, grpc, handle, knows, offline }: PortOptions): Promise<Port> {
  const sockets = new Set<Duplex>();
  const http = createHttpServer(handle);
  // Long polls and streams take as long as they take.
  http.requestTimeout = 0;
  http.headersTimeout = 0;
  http.keepAliveTimeout = keepAliveMs;
  const tunnel = createTunnel(authority, { http: (socket) => http.emit("connection", socket), grpc: grpc.accept });

  http.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [, host = "", text = "443"] = (request.url ?? "").match(/^\[?([^\]]*?)\]?:(\d+)$/) ?? [];
    socket.on("error", () => socket.destroy());
    if (knows(host)) {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) socket.unshift(head);
      sniff(socket);
    } else if (offline && !isLoopback(host)) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    } else {
      passThrough(socket, host, Number(text));
    }
  });

  /** Nothing may flow before the right server has the socket: TLS and HTTP/2 take over what was read, not what comes. */
  function sniff(socket: Duplex): void {
    socket.once("readable", () => {
      const bytes: Buffer | null = socket.read();
      if (bytes === null) return;
      socket.unshift(bytes);
      if (bytes[0] === 0x16) tunnel.accept(socket);
      else if (bytes.subarray(0, 4).toString("latin1") === "PRI ") grpc.accept(socket);
      else serveHttp(socket);
    });
  }

  function serveHttp(socket: Duplex): void {
    http.emit("connection", socket);
    socket.resume();
  }

  const server = createServer((socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    sniff(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
