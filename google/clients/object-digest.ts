import { createHash } from "node:crypto";
import type { Connect } from "../auth.ts";
import { errorOfResponse, toApiError } from "../error.ts";

/** An object's bytes by their hash, and the generation that has them for ever. */
export interface ObjectDigest {
  readonly sha256: string;
  readonly generation: string;
}

/** Tells what the bytes of an object are, however many, which its metadata do not. */
export interface ObjectDigestClient {
  /** Undefined when there is no such object. @see https://cloud.google.com/storage/docs/json_api/v1/objects/get */
  readonly digestOf: (bucket: string, object: string) => Promise<ObjectDigest | undefined>;
}

/** Opens objects for hashing; what is read is never held as a whole. */
export const connectObjectDigest: Connect<ObjectDigestClient> = (auth) => () => ({
  async digestOf(bucket, object) {
    const site = { method: "storage.objects.get", resource: `gs://${bucket}/${object}` };
    const url = `https://storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`;
    try {
      const client = await auth.getClient();
      const options = { url, responseType: "stream" as const, timeout: 100_000, validateStatus: () => true };
      const { status, headers, data } = await client.request<AsyncIterable<Uint8Array>>(options);
      if (status === 404) return undefined;
      if (status !== 200) throw errorOfResponse({ status, text: await textOf(data) }, site);
      const hash = createHash("sha256");
      for await (const bytes of data) hash.update(bytes);
      return { sha256: hash.digest("hex"), generation: headers.get("x-goog-generation") ?? "" };
    } catch (caught) {
      throw toApiError(caught, site);
    }
  },
});

async function textOf(data: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const bytes of data) parts.push(bytes);
  return Buffer.concat(parts).toString("utf8");
}
