import type { Api } from "../api.ts";
import type { ApiError } from "../error.ts";
import { type HttpResponse, jsonResponse } from "../http.ts";
import type { JsonObject } from "../json.ts";

/** Reasons that the older envelopes give for an HTTP status. */
const reasons: Readonly<Record<number, string>> = {
  400: "badRequest",
  401: "authError",
  403: "forbidden",
  404: "notFound",
  409: "conflict",
  412: "conditionNotMet",
  429: "rateLimitExceeded",
  501: "notImplemented",
  503: "backendError",
};

/** The HTTP answer for a refusal, in the shape of the API's family. */
export function errorResponse(error: ApiError, style: Api["errorStyle"] = "rpc"): HttpResponse {
  const headers: Record<string, string> =
    error.httpStatus === 401 ? { "www-authenticate": 'Bearer realm="https://accounts.google.com/"' } : {};
  return jsonResponse(error.httpStatus, { error: errorBody(error, style) }, headers);
}

function errorBody(error: ApiError, style: NonNullable<Api["errorStyle"]>): JsonObject {
  const { httpStatus: code, message, details } = error;
  const reason = error.reason ?? reasons[code] ?? "backendError";
  const errors = [{ message, domain: "global", reason }];
  const withDetails = details.length > 0 ? { details } : {};
  switch (style) {
    case "rpc":
      return { code, message, status: error.code, ...withDetails };
    case "iam":
      return { code, message, errors, status: error.code, ...withDetails };
    case "compute":
      return code === 404 ? { code, message, errors } : { code, message, errors, status: error.code, ...withDetails };
    case "storage":
      return { code, message, errors };
  }
}
