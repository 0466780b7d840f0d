import type { Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import { isJsonObject } from "../json.ts";
import type { Object as ObjectResource } from "../model/generated/storage-v1.ts";
import { parseMultipart } from "../multipart.ts";
import type { Buckets } from "./buckets.ts";
import { invalid, noObject } from "./error.ts";
import type { Objects, ObjectWrite } from "./objects.ts";
import { toObject } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions, type Preconditions } from "./precondition.ts";
import { sizeOf, type UploadSessions } from "./upload-session.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly sessions: UploadSessions;
}

/** Answers requests below `/upload/storage/v1/b/{bucket}/o`. */
export interface Uploads {
  answer(request: HttpRequest, bucket: string, call: Call): Promise<HttpResponse>;
}

/** Opens uploads: in one request, as two parts, or resumable. */
export function createUploads(context: Context): Uploads {
  return {
    async answer(request, bucket, call) {
      const { searchParams } = request.url;
      const session = searchParams.get("upload_id");
      if (session !== null) return resume(context, { id: session, request });
      context.buckets.demand(bucket);
      const conditions = conditionsIn(searchParams);
      switch (searchParams.get("uploadType")) {
        case "media": {
          const resource = { contentType: request.headers["content-type"] };
          const name = parseName(searchParams.get("name"));
          return finish(context, { bucket, name, content: request.body, resource, conditions }, call);
        }
        case "multipart":
          return finish(context, { bucket, conditions, ...parseParts(request) }, call);
        case "resumable":
          return begin(context, { bucket, request, conditions, call });
        default:
          throw invalid("Unknown upload type.");
      }
    },
  };
}

async function finish(context: Context, write: ObjectWrite, call: Call): Promise<HttpResponse> {
  demandRights(context, write, call);
  return jsonResponse(200, toObject(await context.objects.write(write)));
}

/** Whoever replaces an object also deletes one. */
function demandRights(
  { cloud, objects }: Context,
  { bucket, name }: Pick<ObjectWrite, "bucket" | "name">,
  { principal }: Call,
): void {
  cloud.access.demand(principal, "storage.objects.create", objectResource(bucket, name));
  if (objects.find({ bucket, name }))
    cloud.access.demand(principal, "storage.objects.delete", objectResource(bucket, name));
}

function conditionsIn(parameters: URLSearchParams): Preconditions {
  const names = ["ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "ifMetagenerationNotMatch"];
  const entries = names.flatMap((name) => {
    const value = parameters.get(name);
    if (value === null) return [];
    if (!/^\d+$/.test(value)) throw invalid(`Invalid value for ${name}: ${value}`);
    return [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function parseName(name: string | null | undefined): string {
  if (!name) throw invalid("Required parameter: name");
  if (Buffer.byteLength(name) > 1024 || /[\r\n]/.test(name)) throw invalid("Invalid object name.");
  return name;
}

const usualType = "application/octet-stream";

/** The metadata and content of a multipart upload; the name may be in either the metadata or the query. */
function parseParts({ headers, body, url }: HttpRequest) {
  const [metadata, media] = parseMultipart(headers["content-type"] ?? "", body);
  if (!metadata || !media) throw invalid("Multipart upload must have a metadata part and a media part.");
  const { name, contentType = media.headers["content-type"] ?? usualType, ...resource } = parseMetadata(metadata.body);
  return {
    name: parseName(url.searchParams.get("name") ?? name),
    content: media.body,
    resource: { ...resource, contentType },
  };
}

function parseMetadata(body: Buffer): ObjectResource {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isJsonObject(value)) return value as ObjectResource;
  } catch {
    // Answered below, like any other text that is no object.
  }
  throw invalid("Metadata part is not a JSON object.");
}

interface Begin {
  readonly bucket: string;
  readonly request: HttpRequest;
  readonly conditions: Preconditions;
  readonly call: Call;
}

function begin(context: Context, { bucket, request, conditions, call }: Begin): HttpResponse {
  const { name: inBody, ...sent } = parseMetadata(request.body);
  const name = parseName(request.url.searchParams.get("name") ?? inBody);
  demandRights(context, { bucket, name }, call);
  demandConditions(context.objects.find({ bucket, name }), conditions);
  const contentType = sent.contentType ?? request.headers["x-upload-content-type"];
  const id = context.sessions.begin({ bucket, name, resource: { ...sent, contentType }, conditions });
  const location = new URL(request.url);
  location.searchParams.set("upload_id", id);
  return { status: 200, headers: { location: location.href, "x-guploader-uploadid": id }, body: Buffer.alloc(0) };
}

interface Resume {
  readonly id: string;
  readonly request: HttpRequest;
}

/** Takes one chunk; the id is the right to do so. The last chunk's range tells the whole size. */
async function resume({ sessions, objects }: Context, { id, request }: Resume): Promise<HttpResponse> {
  const session = sessions.find(id);
  if (!session) throw noObject("upload", id);
  if (request.method === "DELETE") {
    await sessions.end(id);
    return { status: 499, headers: {}, body: Buffer.alloc(0) };
  }
  const range = request.headers["content-range"];
  const [, first, , total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(range ?? "") ?? [];
  const offset = first === undefined ? undefined : Number(first);
  const received = await sessions.receive(id, session, { bytes: request.body, offset });
  const size = sizeOf(received);
  if (range !== undefined && (total === "*" || size !== Number(total))) {
    const headers: Record<string, string> = size > 0 ? { range: `bytes=0-${size - 1}` } : {};
    return { status: 308, headers, body: Buffer.alloc(0) };
  }
  const { parts: _, begun: __, ...write } = received;
  try {
    const content = await sessions.read(received);
    return jsonResponse(200, toObject(await objects.write({ ...write, content })));
  } finally {
    await sessions.end(id);
  }
}
