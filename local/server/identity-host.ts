import type { createTokens } from "../access/issuer.ts";
import { emailOf } from "../access/principal.ts";
import { toApiError } from "../error.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";

/** Hosts of Google's identity endpoints that clients ask beside the APIs. */
export const identityHosts: ReadonlySet<string> = new Set([
  "oauth2.googleapis.com",
  "www.googleapis.com",
  "accounts.google.com",
]);

/** Answers the pages that verify tokens: the issuer's keys and what a token says. */
export function answerIdentity(tokens: ReturnType<typeof createTokens>, { url, body }: HttpRequest): HttpResponse {
  switch (url.pathname) {
    case "/oauth2/v1/certs":
      return jsonResponse(200, tokens.certificates());
    case "/oauth2/v3/certs":
      return jsonResponse(200, tokens.publicKeys().jwks);
    case "/tokeninfo":
    case "/oauth2/v3/tokeninfo":
      return tokenInfo(tokens, new URLSearchParams([...url.searchParams, ...new URLSearchParams(body.toString())]));
    default:
      return jsonResponse(404, { error: "not_found" });
  }
}

function tokenInfo(tokens: ReturnType<typeof createTokens>, query: URLSearchParams): HttpResponse {
  try {
    const token = query.get("access_token");
    const { principal } = token
      ? tokens.identify(`Bearer ${token}`)
      : tokens.verifyIdToken(query.get("id_token") ?? "");
    return jsonResponse(200, { email: emailOf(principal), email_verified: "true", expires_in: "3599" });
  } catch (caught) {
    return jsonResponse(400, { error: "invalid_token", error_description: toApiError(caught).message });
  }
}
