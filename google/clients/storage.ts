import type { Connect } from "../auth.ts";
import { ApiError, isAbsent } from "../error.ts";
import { createRest, orAbsent, type Rest, type RestText } from "../rest.ts";

const api = "https://storage.googleapis.com";

/** Metadata of an object; counts and generations are decimal texts. */
export interface StorageObject {
  readonly name?: string;
  readonly generation?: string;
  readonly metageneration?: string;
  readonly size?: string;
  readonly updated?: string;
  readonly timeCreated?: string;
}

/** An object's content with the generation that it was read at. */
interface StoredText {
  readonly text: string;
  readonly generation: string;
  /** When it was read, RFC 3339 to the second by Google's clock. */
  readonly readAt: string;
}

/** What to write. */
export interface ObjectWrite {
  readonly bucket: string;
  readonly object: string;
  readonly content: string | Uint8Array;
  readonly contentType: string;
  /** Writes only when the object is still at this generation; `"0"`: only when there is none. */
  readonly ifGenerationMatch?: string;
}

/** Cloud Storage, as a store of small objects with compare-and-swap. @see https://cloud.google.com/storage/docs/json_api */
export interface StorageClient {
  readonly getObject: (bucket: string, object: string) => Promise<StorageObject | undefined>;
  readonly readText: (bucket: string, object: string) => Promise<StoredText | undefined>;
  /** Content that is no text. */
  readonly readBytes: (bucket: string, object: string) => Promise<Uint8Array | undefined>;
  /** The object as written; undefined when `ifGenerationMatch` did not hold. */
  readonly write: (write: ObjectWrite) => Promise<StorageObject | undefined>;
  /** Whether it is gone now by this call; false when it was gone already or is at another generation. */
  readonly deleteObject: (bucket: string, object: string, ifGenerationMatch?: string) => Promise<boolean>;
  /** All objects whose names begin with the prefix. */
  readonly listObjects: (bucket: string, prefix: string) => Promise<readonly StorageObject[]>;
}

/** Opens Cloud Storage. */
export const connectStorage: Connect<StorageClient> = (auth) => (guard) => storageOf(createRest(auth, guard));

function storageOf(rest: Rest): StorageClient {
  const getObject: StorageClient["getObject"] = (bucket, object) =>
    rest.findJson({ method: "GET", url: objectUrl(bucket, object), site: site("get", bucket, object) });

  const readText: StorageClient["readText"] = async (bucket, object) => {
    const request = { method: "GET", url: objectUrl(bucket, object), query: { alt: "media" } } as const;
    const answer = await orAbsent(rest.fetchText({ ...request, site: site("get", bucket, object) }));
    return answer && toStored(answer);
  };

  const readBytes: StorageClient["readBytes"] = (bucket, object) => {
    const request = { method: "GET", url: objectUrl(bucket, object), query: { alt: "media" } } as const;
    return orAbsent(rest.fetchBytes({ ...request, site: site("get", bucket, object) }));
  };

  const write: StorageClient["write"] = ({ bucket, object, content, contentType, ifGenerationMatch }) =>
    unlessConditionFails(
      rest.fetchJson<StorageObject>({
        method: "POST",
        url: `${api}/upload/storage/v1/b/${bucket}/o`,
        query: { uploadType: "media", name: object, ifGenerationMatch },
        content: { type: contentType, data: content },
        site: site("insert", bucket, object),
      }),
    );

  const deleteObject: StorageClient["deleteObject"] = async (bucket, object, ifGenerationMatch) => {
    const request = { method: "DELETE", url: objectUrl(bucket, object), query: { ifGenerationMatch } } as const;
    const call = rest.fetchText({ ...request, site: site("delete", bucket, object) });
    return (await unlessConditionFails(call)) !== undefined;
  };

  const listObjects: StorageClient["listObjects"] = async (bucket, prefix) => {
    const found: StorageObject[] = [];
    let pageToken: string | undefined;
    do {
      const page: ObjectPage = await rest.fetchJson({
        method: "GET",
        url: `${api}/storage/v1/b/${bucket}/o`,
        query: { prefix, pageToken },
        site: site("list", bucket, prefix),
      });
      found.push(...(page.items ?? []));
      pageToken = page.nextPageToken;
    } while (pageToken);
    return found;
  };

  return { getObject, readText, readBytes, write, deleteObject, listObjects };
}

interface ObjectPage {
  readonly items?: readonly StorageObject[];
  readonly nextPageToken?: string;
}

function toStored({ text, headers }: RestText): StoredText {
  const date = headers.get("date");
  const readAt = date === null ? "" : new Date(date).toISOString();
  return { text, generation: headers.get("x-goog-generation") ?? "", readAt };
}

async function unlessConditionFails<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch (caught) {
    if (isAbsent(caught) || (caught instanceof ApiError && caught.httpStatus === 412)) return undefined;
    throw caught;
  }
}

function objectUrl(bucket: string, object: string): string {
  return `${api}/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`;
}

function site(verb: string, bucket: string, object: string) {
  return { method: `storage.objects.${verb}`, resource: `gs://${bucket}/${object}` };
}
