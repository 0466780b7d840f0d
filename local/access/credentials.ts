import { ApiError, errorInfo } from "../error.ts";

/** The refusal of credentials that are none. */
export function invalidCredentials(reason: string): ApiError {
  return new ApiError({
    code: "UNAUTHENTICATED",
    message:
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
      "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    details: [errorInfo(reason, "googleapis.com", {})],
    reason: "authError",
  });
}

/** The refusal of a call without credentials. */
export function missingCredentials(): ApiError {
  return new ApiError({
    code: "UNAUTHENTICATED",
    message:
      "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other " +
      "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    details: [errorInfo("CREDENTIALS_MISSING", "googleapis.com", {})],
    reason: "required",
  });
}
