import { randomBytes } from "node:crypto";
import type { Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import { isJsonObject } from "../json.ts";
import type { Object as ObjectResource } from "../model/generated/storage-v1.ts";
import type { Buckets } from "./buckets.ts";
import { invalid, noObject } from "./error.ts";
import { parseMultipart } from "./multipart.ts";
import type { Objects, ObjectWrite } from "./objects.ts";
import { toObject } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions, type Preconditions } from "./precondition.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
}

/** An upload in several requests, by the id that the first was answered with. */
interface Session extends Omit<ObjectWrite, "content"> {
  readonly received: Buffer;
}

/** Answers requests below `/upload/storage/v1/b/{bucket}/o`. */
export interface Uploads {
  answer(request: HttpRequest, bucket: string, call: Call): Promise<HttpResponse>;
}

/** Opens uploads: in one request, as two parts, or resumable. Unfinished ones last as long as the process. */
export function createUploads(context: Context): Uploads {
  const sessions = new Map<string, Session>();
  return {
    async answer(request, bucket, call) {
      const { searchParams } = request.url;
      const session = searchParams.get("upload_id");
      if (session !== null) return resume(context, sessions, { id: session, request });
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
          return begin(context, sessions, { bucket, request, conditions, call });
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

/** The metadata and content of a multipart upload; the name may be in either the metadata or the query. */
function parseParts({ headers, body, url }: HttpRequest) {
  const [metadata, media] = parseMultipart(headers["content-type"] ?? "", body);
  if (!metadata || !media) throw invalid("Multipart upload must have a metadata part and a media part.");
  const { name, contentType = media.contentType, ...resource } = parseMetadata(metadata.body);
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

function begin(
  context: Context,
  sessions: Map<string, Session>,
  { bucket, request, conditions, call }: Begin,
): HttpResponse {
  const { name: inBody, ...sent } = parseMetadata(request.body);
  const name = parseName(request.url.searchParams.get("name") ?? inBody);
  demandRights(context, { bucket, name }, call);
  demandConditions(context.objects.find({ bucket, name }), conditions);
  const contentType = sent.contentType ?? request.headers["x-upload-content-type"];
  const id = randomBytes(24).toString("base64url");
  sessions.set(id, { bucket, name, resource: { ...sent, contentType }, conditions, received: Buffer.alloc(0) });
  const location = new URL(request.url);
  location.searchParams.set("upload_id", id);
  return { status: 200, headers: { location: location.href, "x-guploader-uploadid": id }, body: Buffer.alloc(0) };
}

interface Resume {
  readonly id: string;
  readonly request: HttpRequest;
}

/** Takes one chunk; the id is the right to do so. The last chunk's range tells the whole size. */
async function resume(
  context: Context,
  sessions: Map<string, Session>,
  { id, request }: Resume,
): Promise<HttpResponse> {
  const session = sessions.get(id);
  if (!session) throw noObject("upload", id);
  if (request.method === "DELETE") {
    sessions.delete(id);
    return { status: 499, headers: {}, body: Buffer.alloc(0) };
  }
  const [, first, , total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(request.headers["content-range"] ?? "") ?? [];
  const kept = session.received.subarray(0, first === undefined ? undefined : Number(first));
  const received = Buffer.concat([kept, request.body]);
  const isWhole =
    request.headers["content-range"] === undefined || (total !== "*" && received.length === Number(total));
  if (!isWhole) {
    sessions.set(id, { ...session, received });
    const range: Record<string, string> = received.length > 0 ? { range: `bytes=0-${received.length - 1}` } : {};
    return { status: 308, headers: range, body: Buffer.alloc(0) };
  }
  sessions.delete(id);
  const { received: _, ...write } = session;
  return jsonResponse(200, toObject(await context.objects.write({ ...write, content: received })));
}
