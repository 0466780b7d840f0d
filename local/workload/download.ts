import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError, type Code, codes } from "../error.ts";
import { isJsonObject } from "../json.ts";

/** An object in Cloud Storage. */
export interface StorageObject {
  readonly bucket: string;
  readonly object: string;
  readonly generation?: string;
}

/**
 * Reads an object of Cloud Storage as some principal.
 *
 * @throws ApiError what Cloud Storage refuses with
 */
export async function download(
  cloud: Cloud,
  { bucket, object, generation }: StorageObject,
  as: Principal,
): Promise<Buffer> {
  const url = new URL(
    `https://storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`,
  );
  if (generation && generation !== "0") url.searchParams.set("generation", generation);
  const { token } = cloud.tokens.accessToken({ principal: as });
  const response = await cloud.fetch({
    method: "GET",
    url,
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.alloc(0),
  });
  if (response.status === 200) return response.body;
  const code = (Object.keys(codes) as Code[]).find((name) => codes[name].http === response.status) ?? "UNKNOWN";
  throw new ApiError({ code, message: `gs://${bucket}/${object}: ${messageOf(response.body.toString())}` });
}

function messageOf(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const error = isJsonObject(value) ? value.error : undefined;
    return isJsonObject(error) ? String(error.message) : body;
  } catch {
    return body;
  }
}
