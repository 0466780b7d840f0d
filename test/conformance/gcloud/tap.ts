import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { LocalCloud } from "../../../local/main.ts";

/** A request as it passed by. */
export interface Tapped {
  readonly method: string;
  readonly host: string;
  /** Path and query as they were spelled. */
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

/** A proxy in front of a local cloud that keeps what passes. */
export interface Tap {
  readonly port: number;
  /** What has passed since the last time this was asked. */
  take(): readonly Tapped[];
  close(): Promise<void>;
}

/**
 * Opens a proxy that ends TLS with certificates of the local cloud's own authority, writes down each request, and hands
 * it on unchanged.
 */
export async function openTap({ port: upstream, cloud }: LocalCloud): Promise<Tap> {
  const sockets = new Set<Duplex>();
  let passed: Tapped[] = [];

  async function handOn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "GET", url = "/", headers } = incoming;
    const target = new URL(url, `https://${headers.host}`);
    const answer = await forward(upstream, { method, target, headers, body });
    const path = `${target.pathname}${target.search}`;
    passed.push({ method, host: target.hostname, path, body: body.toString(), status: answer.statusCode ?? 0 });
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  }

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    handOn(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const { key, certificate } = await cloud.authority.issueServer({ hosts: ["*.googleapis.com", "*.google.com"] });
  const tls = createHttpsServer({ key, cert: certificate }, serve);
  const plain = createHttpServer(serve);
  plain.on("connect", (_request, socket: Duplex) => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    tls.emit("connection", socket);
  });
  plain.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));

  return {
    port: (plain.address() as AddressInfo).port,
    take() {
      const taken = passed;
      passed = [];
      return taken;
    },
    async close() {
      const closed = new Promise((resolve) => plain.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Forwarded {
  readonly method: string;
  readonly target: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

function forward(port: number, { method, target, headers, body }: Forwarded): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `https://${target.host}${target.pathname}${target.search}`;
    request({ host: "127.0.0.1", port, method, path, headers }, resolve).on("error", reject).end(body);
  });
}
