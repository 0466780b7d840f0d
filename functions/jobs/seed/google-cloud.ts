import { generateKeyPairSync } from "node:crypto";
import { GoogleAuth } from "google-auth-library";
import { SeedFailure, type SeedFailureKind } from "./failure.ts";

/** `fetch` that signs requests with the seed account's token. */
export type SignedFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A request is given up after this long; a new instance may swallow its first packets. */
const requestMillis = 10_000;

/** Makes a `fetch` with the identity of the account that the job runs as. */
export function createSignedFetch(): SignedFetch {
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
  return async (url, init = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of await auth.getRequestHeaders(url)) headers.set(name, value);
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(requestMillis) });
  };
}

/**
 * Reads an object of a bucket.
 *
 * @throws SeedFailure `archive` when the bucket refuses; what `fetch` throws when it cannot be reached
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/get
 */
export async function readObject(signedFetch: SignedFetch, bucket: string, object: string): Promise<Uint8Array> {
  const url = `https://storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`;
  const response = await signedFetch(url);
  if (!response.ok) throw await refused(`reading gs://${bucket}/${object}`, response);
  return new Uint8Array(await response.arrayBuffer());
}

/** Who holds an environment. */
export interface HeldLock {
  readonly generation: string;
  /** Id of the run. */
  readonly run: unknown;
}

/**
 * Reads the lock of an environment. Where there is none, reading is forbidden to whoever may not list.
 *
 * @returns undefined when nobody holds it
 * @throws SeedFailure `lost` when the bucket refuses; what `fetch` throws when it cannot be reached
 */
export async function readLock(
  signedFetch: SignedFetch,
  { bucket, object }: { readonly bucket: string; readonly object: string },
): Promise<HeldLock | undefined> {
  const url = `https://storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}?alt=media`;
  const response = await signedFetch(url);
  if (response.status === 404) return undefined;
  if (!response.ok) throw await refused(`reading gs://${bucket}/${object}`, response, "lost");
  const held: unknown = await response.json();
  const run = typeof held === "object" && held !== null && "run" in held ? held.run : undefined;
  return { generation: response.headers.get("x-goog-generation") ?? "", run };
}

/**
 * Reads the certificate of the authority that signs the certificates of a cluster's servers. AlloyDB hands it out beside a
 * client certificate, so a key is made for this purpose and forgotten.
 *
 * @param cluster `projects/{project}/locations/{location}/clusters/{cluster}`
 * @returns a PEM certificate
 * @throws SeedFailure `connect` when AlloyDB refuses; what `fetch` throws when it cannot be reached
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters/generateClientCertificate
 */
export async function readClusterAuthority(signedFetch: SignedFetch, cluster: string): Promise<string> {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const response = await signedFetch(`https://alloydb.googleapis.com/v1/${cluster}:generateClientCertificate`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ publicKey: publicKey.export({ type: "pkcs1", format: "pem" }), certDuration: "3600s" }),
  });
  if (!response.ok) throw await refused(`reading the certificate authority of ${cluster}`, response);
  const body: unknown = await response.json();
  if (typeof body === "object" && body !== null && "caCert" in body && typeof body.caCert === "string")
    return body.caCert;
  throw new SeedFailure({ kind: "connect", message: `AlloyDB named no certificate authority for ${cluster}` });
}

async function refused(doing: string, response: Response, kind: SeedFailureKind = "archive"): Promise<SeedFailure> {
  const text = (await response.text()).replace(/\s+/g, " ").slice(0, 300);
  return new SeedFailure({ kind, message: `${doing}: HTTP ${response.status}: ${text}` });
}
