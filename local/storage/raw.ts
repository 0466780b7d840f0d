import type { Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { type Buckets, bucketResource } from "./buckets.ts";
import { invalid, noObject } from "./error.ts";
import { answerContent } from "./media-download.ts";
import type { Objects } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions } from "./precondition.ts";
import type { Uploads } from "./upload.ts";

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
  if (method === "GET" || method === "HEAD") return download(context, request, { bucket, name, call });
  if (method === "PUT") return put(context, request, { bucket, name, call });
  return undefined;
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

/** An upload to the plain URL: with the caller's rights, or by a signed URL. */
async function put(
  { cloud, buckets, objects }: Context,
  request: HttpRequest,
  { bucket, name, call }: Target,
): Promise<HttpResponse> {
  if (isSigned(request.url.searchParams)) {
    demandCurrent(cloud, request.url.searchParams);
    ensureUploadBucket({ cloud, buckets }, bucket);
  } else {
    buckets.demand(bucket);
    cloud.access.demand(call.principal, "storage.objects.create", objectResource(bucket, name));
    const replaces = objects.find({ bucket, name });
    if (replaces) cloud.access.demand(call.principal, "storage.objects.delete", objectResource(bucket, name));
  }
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

function isSigned(parameters: URLSearchParams): boolean {
  return parameters.has("Signature") || parameters.has("X-Goog-Signature");
}

/** @throws ApiError when a signed URL's time is over */
function demandCurrent({ clock }: Cloud, parameters: URLSearchParams): void {
  const expires = Number(parameters.get("Expires") ?? Number.NaN) * 1000;
  if (Number.isNaN(expires) || expires > clock.now()) return;
  throw new ApiError({ code: "PERMISSION_DENIED", reason: "forbidden", message: "The signed URL has expired." });
}

/**
 * Signed URLs are those that Cloud Functions gives out for source uploads. Their bucket belongs to the project of the
 * number in its name and comes into being with the first of them; only there is a signature taken at its word.
 */
function ensureUploadBucket({ cloud, buckets }: Pick<Context, "cloud" | "buckets">, bucket: string): void {
  const [, number = "", region = ""] =
    /^gcf-v2-uploads-(\d+)-(.+?)(?:\.cloudfunctions\.appspot\.com)?$/.exec(bucket) ?? [];
  const project = cloud.projects.find(number);
  if (!project) throw new ApiError({ code: "PERMISSION_DENIED", reason: "forbidden", message: "Access denied." });
  if (buckets.find(bucket)) return;
  const iamConfiguration = { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "inherited" };
  buckets.insert(project.projectId, { name: bucket, location: region, iamConfiguration });
}
