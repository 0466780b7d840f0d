import { emailOf } from "../access/principal.ts";
import { parseJwt } from "../access/rsa-key.ts";
import { subjectOf } from "../access/token-text.ts";
import { ApiError } from "../error.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { JsonObject } from "../json.ts";
import { type OAuthContext, oauthError } from "./context.ts";
import { parametersOf } from "./parameters.ts";

/** Answers what a token says: an `access_token` (query, body or header) or an `id_token`. */
export function answerTokenInfo(context: OAuthContext, request: HttpRequest): HttpResponse {
  const sent = parametersOf(request);
  try {
    const idToken = sent.get("id_token");
    if (idToken !== undefined) return jsonResponse(200, idTokenInfo(context, idToken));
    const inHeader = /^bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    const token = sent.get("access_token") ?? inHeader ?? "";
    return jsonResponse(200, accessTokenInfo(context, token));
  } catch (caught) {
    if (caught instanceof ApiError) return oauthError("invalid_token", "Invalid Value");
    throw caught;
  }
}

/** The claims, numbers and truths as text. */
function idTokenInfo({ tokens }: OAuthContext, token: string): JsonObject {
  const { principal } = tokens.verifyIdToken(token);
  const { header = {}, claims = { email: emailOf(principal), sub: subjectOf(principal) } } = parseJwt(token) ?? {};
  return Object.fromEntries(Object.entries({ ...claims, ...header }).map(([name, value]) => [name, String(value)]));
}

function accessTokenInfo({ tokens }: OAuthContext, token: string): JsonObject {
  const subject = (id: string) => ({ azp: id, aud: id, sub: id, email_verified: "true", access_type: "online" });
  if (!token.startsWith("ya29.")) {
    const { principal } = tokens.identify(`Bearer ${token}`);
    return { ...subject(subjectOf(principal)), email: emailOf(principal), expires_in: "3599" };
  }
  const { principal, expires, scopes } = tokens.inspect(token);
  return {
    ...subject(subjectOf(principal)),
    scope: scopes.join(" "),
    exp: String(Math.floor(expires / 1000)),
    expires_in: String(Math.floor((expires - Date.now()) / 1000)),
    email: emailOf(principal),
  };
}

/** Answers who the bearer of an access token is; the versions name the fields differently. */
export function answerUserInfo({ tokens }: OAuthContext, request: HttpRequest, isOpenId: boolean): HttpResponse {
  const given = request.headers.authorization ?? `Bearer ${request.url.searchParams.get("access_token") ?? ""}`;
  try {
    const { principal } = tokens.identify(given);
    const [id, email] = [subjectOf(principal), emailOf(principal)];
    return jsonResponse(200, isOpenId ? { sub: id, email, email_verified: true } : { id, email, verified_email: true });
  } catch (caught) {
    if (caught instanceof ApiError) return oauthError("invalid_request", "Invalid Credentials", 401);
    throw caught;
  }
}
