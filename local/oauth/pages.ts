import { certificateOf } from "../access/account-keys.ts";
import { issuer } from "../access/id-tokens.ts";
import { toJwk } from "../access/rsa-key.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import { type OAuthContext, oauthError } from "./context.ts";
import { parametersOf } from "./parameters.ts";
import { answerToken } from "./token.ts";
import { answerTokenInfo, answerUserInfo } from "./token-info.ts";

/** Hosts of Google's identity pages, which clients ask beside the APIs. */
export const identityHosts: ReadonlySet<string> = new Set([
  "oauth2.googleapis.com",
  "openidconnect.googleapis.com",
  "www.googleapis.com",
  "accounts.google.com",
  "sts.googleapis.com",
]);

type Page = (context: OAuthContext, request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

const certificates: Page = async ({ tokens }) => jsonResponse(200, await tokens.certificates());
const jwks: Page = ({ tokens }) => jsonResponse(200, tokens.jwks());
const userInfo: Page = (context, request) => answerUserInfo(context, request, false);
const openIdUserInfo: Page = (context, request) => answerUserInfo(context, request, true);

/** Pages by host and path, whatever the verb. */
// biome-ignore format: a table
const pages: Readonly<Record<string, Page>> = {
  "oauth2.googleapis.com/token":              answerToken,
  "www.googleapis.com/oauth2/v4/token":       answerToken,
  "accounts.google.com/o/oauth2/token":       answerToken,
  "sts.googleapis.com/v1/token":              () => oauthError("unsupported_grant_type", "Token exchange (workload identity federation, downscoping) is not served here."),
  "oauth2.googleapis.com/revoke":             revoke,
  "accounts.google.com/o/oauth2/revoke":      revoke,
  "oauth2.googleapis.com/tokeninfo":          answerTokenInfo,
  "www.googleapis.com/oauth2/v1/tokeninfo":   answerTokenInfo,
  "www.googleapis.com/oauth2/v3/tokeninfo":   answerTokenInfo,
  "www.googleapis.com/oauth2/v1/userinfo":    userInfo,
  "www.googleapis.com/oauth2/v2/userinfo":    userInfo,
  "www.googleapis.com/userinfo/v2/me":        userInfo,
  "www.googleapis.com/oauth2/v3/userinfo":    openIdUserInfo,
  "oauth2.googleapis.com/userinfo":           openIdUserInfo,
  "openidconnect.googleapis.com/v1/userinfo": openIdUserInfo,
  "www.googleapis.com/oauth2/v1/certs":       certificates,
  "www.googleapis.com/oauth2/v3/certs":       jwks,
  "accounts.google.com/.well-known/openid-configuration": () => jsonResponse(200, discovery),
};

/** Where an account's keys are published, in either form. */
const robotPage = /^\/(?:robot\/v1|service_accounts\/v1)\/(?:metadata\/)?(x509|jwk)\/([^/]+)$/;

/** Answers a request to one of the identity hosts. */
export async function answerIdentity(context: OAuthContext, request: HttpRequest): Promise<HttpResponse> {
  const { hostname, pathname } = request.url;
  const page = pages[`${hostname}${pathname}`];
  if (page) return page(context, request);
  const robot = hostname === "www.googleapis.com" ? pathname.match(robotPage) : undefined;
  if (robot) return answerRobot(context, decodeURIComponent(robot[2] ?? ""), robot[1] === "jwk");
  return jsonResponse(404, { error: "not_found" });
}

/** The public keys of a service account, which verify what it signed. */
async function answerRobot({ accountKeys, account }: OAuthContext, id: string, asJwk: boolean): Promise<HttpResponse> {
  const owner = account(id);
  if (!owner)
    return jsonResponse(404, { error: { code: 404, message: "Requested entity was not found.", status: "NOT_FOUND" } });
  accountKeys.managed(owner);
  const keys = accountKeys.list(owner).filter(({ disabled, validBefore }) => !disabled && validBefore > Date.now());
  if (asJwk) return jsonResponse(200, { keys: keys.map(toJwk) });
  const certified = await Promise.all(keys.map(async (key) => [key.keyId, await certificateOf(owner, key)] as const));
  return jsonResponse(200, Object.fromEntries(certified.filter(([, certificate]) => certificate !== undefined)));
}

function revoke({ tokens }: OAuthContext, request: HttpRequest): HttpResponse {
  const isRevoked = tokens.revoke(parametersOf(request).get("token") ?? "");
  return isRevoked ? jsonResponse(200, {}) : oauthError("invalid_token", "Token expired or revoked");
}

/** @see https://accounts.google.com/.well-known/openid-configuration */
const discovery = {
  issuer,
  authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
  token_endpoint: "https://oauth2.googleapis.com/token",
  userinfo_endpoint: "https://openidconnect.googleapis.com/v1/userinfo",
  revocation_endpoint: "https://oauth2.googleapis.com/revoke",
  jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
  response_types_supported: ["code", "token", "id_token"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  scopes_supported: ["openid", "email", "profile"],
  claims_supported: ["aud", "email", "email_verified", "exp", "iat", "iss", "sub"],
  grant_types_supported: ["refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
};
