import type { Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { type Buckets, bucketResource } from "./buckets.ts";
import { invalid, noObject } from "./error.ts";
import { answerContent } from "./media-download.ts";
import type { Objects } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions } from "./precondition.ts";
import { signerOf } from "./signed-url.ts";
import type { Uploads } from "./upload.ts";
import { xmlResponse } from "./xml-error.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
}

/** Answers what is content rather than JSON: uploads, downloads, and the plain URLs of objects. */
export async function answerRaw(context: Context, request: HttpRequest, call: Call): Promise<HttpResponse | undefined> {
  const { method, url } = request;
  const { pathname } = url;
  const upload = /^\/(?:resumable\/)?upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname);
  if (upload) return context.uploads.answer(request, decodeURIComponent(upload[1] ?? ""), call);
  const media = /^\/(?:download\/)?storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/.exec(pathname);
  if (media && method === "GET" && (url.searchParams.get("alt") === "media" || pathname.startsWith("/download/"))) {
    const [bucket = "", name = ""] = media.slice(1).map(decodeURIComponent);
    return download(context, request, { bucket, name, call });
  }
  if (/^\/(?:storage|upload|download|batch|resumable)\//.test(pathname)) return undefined;
  const plain = /^\/([a-z0-9][a-z0-9._-]+)\/(.+)$/.exec(pathname);
  if (!plain) return undefined;
  const [bucket = "", name = ""] = plain.slice(1).map(decodeURIComponent);
  const answer = plainAnswers[method];
  if (!answer) return undefined;
  try {
    const signer = signerOf(context.cloud.store, request);
    const as = signer ? { ...call, principal: signer } : call;
    return await answer(context, request, { bucket, name, call: as });
  } catch (caught) {
    return xmlResponse(caught);
  }
}

/** The bucket that the path of an up- or download names, or the plain URL of an object. */
export function bucketOfPath(path: string): string {
  const method = /^\/(?:(?:resumable\/)?upload\/|download\/)?storage\/v1\/b\/([^/]+)/.exec(path)?.[1];
  return method ?? /^\/([^/]+)\//.exec(path)?.[1] ?? "";
}

type Answer = (context: Context, request: HttpRequest, target: Target) => Promise<HttpResponse>;

/** What can be asked of an object at its plain URL: with the caller's rights, or with those of who signed the URL. */
const plainAnswers: Readonly<Partial<Record<string, Answer>>> = {
  GET: async (context, request, target) => withHeaders(request, await download(context, request, target)),
  HEAD: (context, request, target) => download(context, request, target),
  PUT: (context, request, target) => put(context, request, target),
  DELETE: (context, _, target) => remove(context, target),
};

/** Whoever signs a URL may say under which headers the content comes. */
function withHeaders({ url }: HttpRequest, response: HttpResponse): HttpResponse {
  const chosen = ["content-type", "content-disposition"].flatMap((name) => {
    const value = url.searchParams.get(`response-${name}`);
    return value === null ? [] : [[name, value]];
  });
  return { ...response, headers: { ...response.headers, ...Object.fromEntries(chosen) } };
}

async function remove({ cloud, buckets, objects }: Context, { bucket, name, call }: Target): Promise<HttpResponse> {
  buckets.demand(bucket);
  cloud.access.demand(call.principal, "storage.objects.delete", objectResource(bucket, name));
  await objects.delete(objects.demand({ bucket, name }), { forGood: false });
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

interface Target {
  readonly bucket: string;
  readonly name: string;
  readonly call: Call;
}

/** Reads are demanded of the object; who may not list the bucket is told 403 even for what does not exist. */
function download(
  { cloud, buckets, objects }: Context,
  request: HttpRequest,
  { bucket, name, call }: Target,
): Promise<HttpResponse> {
  const parameters = request.url.searchParams;
  buckets.demand(bucket);
  cloud.access.demand(call.principal, "storage.objects.get", objectResource(bucket, name));
  const generation = parameters.get("generation") ?? undefined;
  const object = objects.find({ bucket, name, generation });
  if (!object) {
    cloud.access.demand(call.principal, "storage.objects.list", bucketResource(bucket));
    throw noObject(bucket, name);
  }
  const conditions = ["ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch"];
  demandConditions(object, Object.fromEntries(conditions.map((key) => [key, parameters.get(key) ?? undefined])), true);
  return answerContent(objects, { object, range: request.headers.range, headOnly: request.method === "HEAD" });
}

async function put(
  { cloud, buckets, objects }: Context,
  request: HttpRequest,
  { bucket, name, call }: Target,
): Promise<HttpResponse> {
  buckets.demand(bucket);
  cloud.access.demand(call.principal, "storage.objects.create", objectResource(bucket, name));
  const replaces = objects.find({ bucket, name });
  if (replaces) cloud.access.demand(call.principal, "storage.objects.delete", objectResource(bucket, name));
  const ifGenerationMatch = request.headers["x-goog-if-generation-match"];
  if (ifGenerationMatch !== undefined && !/^\d+$/.test(ifGenerationMatch))
    throw invalid("Invalid x-goog-if-generation-match.");
  const resource = { contentType: request.headers["content-type"] };
  const written = await objects.write({
    bucket,
    name,
    content: request.body,
    resource,
    conditions: { ifGenerationMatch },
  });
  const headers = { "x-goog-generation": written.generation, "x-goog-hash": `crc32c=${written.crc32c}` };
  return { status: 200, headers, body: Buffer.alloc(0) };
}
