import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpResponse } from "../http.ts";

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Headers with several values of one name joined. */
export function plainHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

/** Sends a whole response. */
export function sendResponse(response: ServerResponse, { status, headers, body, afterwards }: HttpResponse): void {
  if (afterwards) response.once("close", afterwards);
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/** A signal that aborts when the caller hangs up before it was answered. */
export function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new Error("the caller hung up"));
  });
  return controller.signal;
}
