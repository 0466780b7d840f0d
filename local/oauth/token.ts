import { wholeCloud } from "../access/issuer.ts";
import { adcClient } from "../access/oauth-clients.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { JsonObject } from "../json.ts";
import { type OAuthContext, oauthError } from "./context.ts";
import { parametersOf } from "./parameters.ts";

/** Audiences by which a service account's assertion means this page. */
const tokenPages = new Set([
  "https://oauth2.googleapis.com/token",
  "https://www.googleapis.com/oauth2/v4/token",
  "https://accounts.google.com/o/oauth2/token",
]);

const hour = 3600;

/**
 * Answers the token page: a credentials file's refresh token, or what a service account's key signed, for tokens.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export function answerToken(context: OAuthContext, request: HttpRequest): HttpResponse {
  const sent = parametersOf(request);
  const grant = sent.get("grant_type");
  switch (grant) {
    case "refresh_token":
      return refresh(context, sent);
    case "urn:ietf:params:oauth:grant-type:jwt-bearer":
      return exchangeAssertion(context, sent.get("assertion") ?? "");
    case undefined:
      return oauthError("invalid_request", "Missing required parameter: grant_type");
    default:
      return oauthError("unsupported_grant_type", `Invalid grant_type: ${grant}`);
  }
}

function refresh({ tokens }: OAuthContext, sent: ReadonlyMap<string, string>): HttpResponse {
  const principal = tokens.redeem(sent.get("refresh_token") ?? "");
  if (!principal) return oauthError("invalid_grant", "Bad Request");
  const clientId = sent.get("client_id") ?? adcClient;
  // People sign in to a client, whatever audience is asked for.
  const audience = principal.kind === "serviceAccount" ? (sent.get("target_audience") ?? clientId) : clientId;
  return jsonResponse(200, {
    ...bearer(tokens.accessToken({ principal })),
    scope: `openid https://www.googleapis.com/auth/userinfo.email ${wholeCloud}`,
    id_token: tokens.idToken({ principal }, audience, { azp: clientId }),
  });
}

function bearer({ token, expiresInSeconds }: { token: string; expiresInSeconds: number }) {
  return { access_token: token, expires_in: expiresInSeconds, token_type: "Bearer" };
}

function exchangeAssertion(context: OAuthContext, assertion: string): HttpResponse {
  const { tokens, accountKeys, account } = context;
  const signed = accountKeys.signerOf(assertion);
  if (!signed) return oauthError("invalid_grant", "Invalid JWT Signature.");
  const { claims } = signed.jwt;
  if (account(signed.principal.email)?.disabled) return oauthError("invalid_grant", "Account disabled.");
  const wrong = wrongClaim(claims);
  if (wrong) return wrong;
  const identity = { principal: signed.principal };
  if (typeof claims.target_audience === "string") {
    return jsonResponse(200, { id_token: tokens.idToken(identity, claims.target_audience) });
  }
  if (typeof claims.scope !== "string" || claims.scope === "") {
    return oauthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  }
  return jsonResponse(200, bearer(tokens.accessToken(identity, { scopes: claims.scope.split(/[ ,]+/) })));
}

/** The refusal of an assertion for what it claims, which was signed rightly. */
function wrongClaim({ aud, iat, exp, sub, iss }: JsonObject): HttpResponse | undefined {
  const now = Date.now() / 1000;
  const [from, until] = [Number(iat), Number(exp)];
  if (!tokenPages.has(String(aud))) return oauthError("invalid_grant", "Invalid JWT: Failed audience check.");
  if (!(from - 300 <= now && now < until && until - from <= hour)) {
    const rule = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    return oauthError("invalid_grant", `Invalid JWT: ${rule} Check your iat and exp values in the JWT claim.`);
  }
  if (sub === undefined || sub === iss) return undefined;
  const message =
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
  return oauthError("unauthorized_client", message, 401);
}
