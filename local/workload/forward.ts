import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { HttpResponse } from "../http.ts";

/** One request to a container. */
export interface ForwardedRequest {
  /** The instance's address and port. */
  readonly address: string;
  readonly port: number;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable | Buffer;
  /** Real milliseconds until the whole response must have been sent. */
  readonly timeoutMs: number;
  /** Aborted when whoever asked has gone. */
  readonly signal?: AbortSignal;
}

/** Headers of one connection, which are not passed on. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Sends a request to a container and gives its response as soon as its head has arrived. */
export async function forward(sent: ForwardedRequest): Promise<IncomingMessage> {
  const { address, port, method, path, headers, body, timeoutMs, signal } = sent;
  const timeout = AbortSignal.timeout(timeoutMs);
  const upstream = request({
    host: address,
    port,
    method,
    path,
    headers: endToEnd(headers),
    agent: false,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once("response", resolve).once("error", reject);
  });
  if (Buffer.isBuffer(body)) upstream.end(body);
  // A container may answer without reading the request to its end: that breaks this pipe, not the response.
  else void pipeline(body, upstream).catch(() => undefined);
  return await response;
}

/** Streams a container's response to whoever asked. */
export async function relay(from: IncomingMessage, to: ServerResponse): Promise<void> {
  to.writeHead(from.statusCode ?? 502, endToEnd(from.headers));
  await pipeline(from, to);
}

/** Reads a container's response whole. */
export async function collect(from: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk);
  const headers = Object.entries(endToEnd(from.headers)).map(([name, value]) => [name, [value].flat().join(", ")]);
  return { status: from.statusCode ?? 502, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

/** Headers without those of the connection itself. */
export function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || hopByHop.has(name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(kept);
}
