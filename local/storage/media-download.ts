import type { HttpResponse } from "../http.ts";
import { noObject } from "./error.ts";
import type { Objects, StoredObject } from "./objects.ts";

/** What of an object's content is asked for. */
export interface Download {
  readonly object: StoredObject;
  /** The `range` header. */
  readonly range?: string;
  readonly headOnly: boolean;
}

/** Answers an object's content, or one range of it. */
export async function answerContent(objects: Objects, { object, range, headOnly }: Download): Promise<HttpResponse> {
  const content = await readContent(objects, object);
  const part = range === undefined ? undefined : parseByteRange(range, content.length);
  if (part === "unsatisfiable") {
    return { status: 416, headers: { "content-range": `bytes */${content.length}` }, body: Buffer.alloc(0) };
  }
  const body = part ? content.subarray(part.start, part.end + 1) : content;
  const headers = {
    ...headersOf(object),
    "content-length": String(body.length),
    ...(part ? { "content-range": `bytes ${part.start}-${part.end}/${content.length}` } : {}),
  };
  return { status: part ? 206 : 200, headers, body: headOnly ? Buffer.alloc(0) : body };
}

/** The object may be gone by the time its file is read. */
async function readContent(objects: Objects, object: StoredObject): Promise<Buffer> {
  try {
    return await objects.read(object);
  } catch (caught) {
    if (caught instanceof Error && "code" in caught && caught.code === "ENOENT")
      throw noObject(object.bucket, object.name);
    throw caught;
  }
}

function headersOf(object: StoredObject): Record<string, string> {
  const { generation, metageneration, contentType, cacheControl, contentDisposition, contentEncoding } = object;
  const given = {
    "content-type": contentType,
    "cache-control": cacheControl,
    "content-disposition": contentDisposition,
    "content-encoding": contentEncoding,
  };
  return {
    ...Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    "accept-ranges": "bytes",
    etag: `"${Buffer.from(object.md5Hash ?? "", "base64").toString("hex")}"`,
    "last-modified": new Date(object.updated ?? 0).toUTCString(),
    "x-goog-generation": generation,
    "x-goog-metageneration": metageneration,
    "x-goog-hash": `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    "x-goog-storage-class": object.storageClass ?? "STANDARD",
    "x-goog-stored-content-length": object.size ?? "0",
  };
}

/** One range of bytes, both ends included; `undefined` for a header that says none, which is then ignored. */
function parseByteRange(header: string, size: number): { start: number; end: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? "unsatisfiable" : { start, end };
}
