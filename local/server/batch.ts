import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { ApiError, toApiError } from "../error.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { type Part, parseMultipart, splitHead } from "../multipart.ts";
import { errorResponse } from "./envelope.ts";

/** Requests that one batch may hold. */
const most = 1000;

/** Whether a request carries others: `/batch`, or `/batch/{api}/{version}` as the older APIs have it. */
export function isBatch({ method, url }: HttpRequest): boolean {
  return method === "POST" && /^\/batch(?:\/|$)/.test(url.pathname);
}

/**
 * Answers the requests of a batch one by one: each succeeds or fails for itself. A part without credentials of its own has
 * those of the batch.
 *
 * @throws ApiError INVALID_ARGUMENT for a body that is none
 * @see https://cloud.google.com/compute/docs/api/how-tos/batch
 */
export async function answerBatch(
  batch: HttpRequest,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const parts = parseMultipart(batch.headers["content-type"] ?? "", batch.body);
  if (parts.length === 0 || parts.length > most) {
    const message = `A batch holds between 1 and ${most} requests, not ${parts.length}.`;
    throw new ApiError({ code: "INVALID_ARGUMENT", reason: "badRequest", message });
  }
  const boundary = `batch_${randomUUID()}`;
  const answers: Buffer[] = [];
  for (const part of parts) {
    const response = await answerPart(batch, part, answer);
    answers.push(Buffer.from(`--${boundary}\r\n`), toPart(part, response), Buffer.from("\r\n"));
  }
  const body = Buffer.concat([...answers, Buffer.from(`--${boundary}--\r\n`)]);
  return { status: 200, headers: { "content-type": `multipart/mixed; boundary=${boundary}` }, body };
}

async function answerPart(
  batch: HttpRequest,
  part: Part,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await answer(parseRequest(batch, part.body));
  } catch (caught) {
    if (caught instanceof ApiError) return errorResponse(toApiError(caught));
    throw caught;
  }
}

/** The request line, headers and body that a part consists of. */
function parseRequest(batch: HttpRequest, text: Buffer): HttpRequest {
  const [, method = "", target = ""] = /^\s*([A-Z]+) (\S+)(?: HTTP\/1\.\d)?\r?\n/.exec(text.toString("latin1")) ?? [];
  const url = target === "" ? null : URL.parse(target, batch.url.href);
  if (!url || url.host !== batch.url.host || isBatch({ ...batch, method, url })) {
    const message = "A part of the batch is no request to the batch's own API.";
    throw new ApiError({ code: "INVALID_ARGUMENT", reason: "badRequest", message });
  }
  const { headers, body } = splitHead(text);
  const { authorization } = batch.headers;
  return { method, url, headers: { ...(authorization ? { authorization } : {}), ...headers }, body };
}

/** The answer to a part, under the part's name. */
function toPart({ headers }: Part, response: HttpResponse): Buffer {
  const id = headers["content-id"]?.replace(/^<?/, "<response-").replace(/>?$/, ">");
  const outer = ["Content-Type: application/http", ...(id ? [`Content-ID: ${id}`] : [])];
  const inner = Object.entries({ ...response.headers, "content-length": String(response.body.length) });
  const lines = [
    ...outer,
    "",
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`,
    ...inner.map(([name, value]) => `${name}: ${value}`),
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(lines.join("\r\n")), response.body]);
}
