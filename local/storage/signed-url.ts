import { createHash } from "node:crypto";
import { type KeyOwner, openAccountKeys } from "../access/account-keys.ts";
import { type Principal, system } from "../access/principal.ts";
import type { HttpRequest } from "../http.ts";
import type { Store } from "../store.ts";
import { XmlError } from "./xml-error.ts";

/** How long a signed URL of version 4 may be good for: a week. */
const longestSeconds = 7 * 24 * 3600;

/** How far the clock of who signed may be ahead. */
const skewMs = 15 * 60_000;

/** What a URL says of who signed it, and over what. */
interface Claim {
  readonly email: string;
  readonly signature: Buffer;
  readonly text: string;
  readonly canonicalRequest?: string;
  /** Wall times in milliseconds: whoever signs goes by the world's clock, as tokens do. */
  readonly validFrom: number;
  readonly expires: number;
}

/**
 * In whose name a signed URL is asked for.
 *
 * @returns nothing for a URL without a signature
 * @throws XmlError when the signature is none of the account's, or its time is over
 * @see https://cloud.google.com/storage/docs/authentication/signatures
 */
export function signerOf(store: Store, request: HttpRequest): Principal | undefined {
  const claim = readV4(request) ?? readV2(request);
  if (!claim) return undefined;
  const now = Date.now();
  if (claim.expires <= now) throw expired(claim.expires);
  if (claim.validFrom > now + skewMs) throw malformed("The request's date is in the future.");
  const account = store.collection<KeyOwner & { readonly disabled?: boolean }>("iam.serviceAccounts").get(claim.email);
  const owner = account ?? agentOf(claim.email);
  const { text, signature } = claim;
  const isSigned = owner && openAccountKeys(store).isSignedBy(owner, { bytes: Buffer.from(text), signature });
  if (!isSigned || account?.disabled) throw mismatch(claim);
  if (!account) return system("gcf-admin-robot");
  return { kind: "serviceAccount", email: account.email, uniqueId: account.uniqueId };
}

/** The agent of Cloud Functions signs too; it is Google's own, and no account of a project. */
function agentOf(email: string): KeyOwner | undefined {
  const isAgent = /^service-\d+@gcf-admin-robot\.iam\.gserviceaccount\.com$/.test(email);
  return isAgent ? { email, uniqueId: email } : undefined;
}

function readV4(request: HttpRequest): Claim | undefined {
  const { searchParams } = request.url;
  const signature = searchParams.get("X-Goog-Signature");
  if (signature === null) return undefined;
  const [email = "", day, location, service, kind] = (searchParams.get("X-Goog-Credential") ?? "").split("/");
  const date = searchParams.get("X-Goog-Date") ?? "";
  const validFrom = parseDate(date);
  const seconds = Number(searchParams.get("X-Goog-Expires") ?? Number.NaN);
  if (searchParams.get("X-Goog-Algorithm") !== "GOOG4-RSA-SHA256") throw malformed("Unknown signing algorithm.");
  if (service !== "storage" || kind !== "goog4_request" || !date.startsWith(`${day}T`) || Number.isNaN(validFrom)) {
    throw malformed("Invalid credential scope or date.");
  }
  if (!(seconds >= 1 && seconds <= longestSeconds)) throw malformed("X-Goog-Expires must be between 1 and 604800.");
  const canonicalRequest = toCanonicalRequest(request);
  const digest = createHash("sha256").update(canonicalRequest).digest("hex");
  const scope = `${day}/${location}/storage/goog4_request`;
  return {
    email,
    signature: Buffer.from(signature, "hex"),
    text: ["GOOG4-RSA-SHA256", date, scope, digest].join("\n"),
    canonicalRequest,
    validFrom,
    expires: validFrom + seconds * 1000,
  };
}

/** `20260101T000000Z` in milliseconds. */
function parseDate(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** @see https://cloud.google.com/storage/docs/authentication/canonical-requests */
function toCanonicalRequest({ method, url, headers }: HttpRequest): string {
  const query = [...url.searchParams].filter(([name]) => name !== "X-Goog-Signature").map((pair) => pair.map(encode));
  const names = (url.searchParams.get("X-Goog-SignedHeaders") ?? "").split(";");
  // Through a proxy or a prefix of the path the host is still Google's to whoever signed.
  const headerOf = (name: string) => (name === "host" ? url.host : (headers[name] ?? ""));
  return [
    method,
    url.pathname,
    query
      .map((pair) => pair.join("="))
      .sort()
      .join("&"),
    ...names.map((name) => `${name}:${headerOf(name).trim().replace(/\s+/g, " ")}`),
    "",
    names.join(";"),
    headers["x-goog-content-sha256"] ?? "UNSIGNED-PAYLOAD",
  ].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The form before version 4, in which Cloud Functions still signs its uploads. */
function readV2({ method, url, headers }: HttpRequest): Claim | undefined {
  const signature = url.searchParams.get("Signature");
  if (signature === null) return undefined;
  const expires = url.searchParams.get("Expires") ?? "";
  const extensions = Object.entries(headers)
    .filter(([name]) => name.startsWith("x-goog-") && !name.startsWith("x-goog-encryption-key"))
    .map(([name, value]) => `${name}:${value}\n`)
    .sort();
  const lines = [method, headers["content-md5"] ?? "", headers["content-type"] ?? "", expires];
  return {
    email: url.searchParams.get("GoogleAccessId") ?? "",
    signature: Buffer.from(signature, "base64"),
    text: `${lines.join("\n")}\n${extensions.join("")}${url.pathname}`,
    validFrom: 0,
    expires: Number(expires) * 1000,
  };
}

function expired(time: number): XmlError {
  const at = new Date(time).toISOString().replace(/\.\d+Z$/, "+00:00");
  return new XmlError({
    ...{ status: 400, code: "ExpiredToken", message: "Invalid argument." },
    details: { Details: `The provided token has expired. Request signature expired at: ${at}` },
  });
}

function mismatch({ text, canonicalRequest }: Claim): XmlError {
  return new XmlError({
    ...{ status: 403, code: "SignatureDoesNotMatch", message: "Access denied." },
    details: {
      Details:
        "The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.",
      StringToSign: text,
      ...(canonicalRequest === undefined ? {} : { CanonicalRequest: canonicalRequest }),
    },
  });
}

function malformed(details: string): XmlError {
  return new XmlError({
    ...{ status: 400, code: "InvalidArgument", message: "Invalid argument." },
    details: { Details: details },
  });
}
