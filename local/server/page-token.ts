import { createHash } from "node:crypto";
import { ApiError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Who answers a list: one method may be served by many hosts. */
export interface ListMethod {
  readonly host: string;
  /** Full method name. */
  readonly method: string;
}

/** Arguments that may change from page to page; version 1 of Cloud Run has names of its own for the first two. */
const ofOnePage = new Set(["pageToken", "continue", "pageSize", "maxResults", "limit", "skip"]);
const tokenFields = ["pageToken", "continue"] as const;
const sealLength = 16;

/**
 * Takes the seal off a request's page token, so that a handler reads what it gave. The seal says which list the token
 * is of: the method and everything that was asked of it but the page.
 *
 * @throws ApiError INVALID_ARGUMENT for a token that no page of this list gave
 * @see https://google.aip.dev/158
 */
export function openPageToken(list: ListMethod, request: JsonObject): JsonObject {
  const field = tokenFields.find((name) => isToken(request[name]));
  if (field === undefined) return request;
  const sealed = String(request[field]);
  const token = sealed.slice(sealLength);
  if (token === "" || sealOf(list, request, token) !== sealed.slice(0, sealLength)) throw invalidToken(list, sealed);
  return { ...request, [field]: token };
}

/** Seals the token of the next page in a response, where there is one. */
export function sealPageToken(list: ListMethod, request: JsonObject, response: JsonObject): JsonObject {
  const { nextPageToken, metadata } = response;
  const seal = (token: string) => `${sealOf(list, request, token)}${token}`;
  if (isToken(nextPageToken)) return { ...response, nextPageToken: seal(nextPageToken) };
  if (!isJsonObject(metadata) || !isToken(metadata.continue)) return response;
  return { ...response, metadata: { ...metadata, continue: seal(metadata.continue) } };
}

function isToken(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function sealOf({ host, method }: ListMethod, request: JsonObject, token: string): string {
  const asked = Object.entries(request).filter(([name, value]) => !ofOnePage.has(name) && !isUsual(value));
  const text = JSON.stringify([host, method, token, sorted(Object.fromEntries(asked))]);
  return createHash("sha256").update(text).digest("base64url").slice(0, sealLength);
}

/** REST may spell out what gRPC leaves away. */
function isUsual(value: Json | undefined): boolean {
  return (
    value === undefined || value === "" || value === false || value === 0 || (Array.isArray(value) && !value.length)
  );
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner ?? null)]));
}

function invalidToken({ host }: ListMethod, token: string): ApiError {
  const message =
    host === "compute.googleapis.com"
      ? `Invalid value for field 'pageToken': '${token}'. The page token is not valid for this list.`
      : "Invalid page token.";
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalid", message });
}
