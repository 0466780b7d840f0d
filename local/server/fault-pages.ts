import { ApiError, toApiError } from "../error.ts";
import type { Faults } from "../fault/faults.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { Json } from "../json.ts";
import { errorResponse } from "./envelope.ts";

/**
 * Answers requests to `/_local/faults`: GET gives the plan and what came of it, POST adds a plan, DELETE takes all away;
 * DELETE of `/_local/faults/{id}` takes one rule away.
 */
export function answerFaults(faults: Faults, { method, url, body }: HttpRequest): HttpResponse {
  const id = decodeURIComponent(url.pathname.replace(/^\/_local\/faults\/?/, ""));
  try {
    if (id === "" && method === "GET") return jsonResponse(200, { ...faults.plan(), uses: faults.uses() });
    if (id === "" && method === "POST") return jsonResponse(200, { ids: faults.load(parse(body)) });
    if (method === "DELETE") return jsonResponse(200, remove(faults, id));
    throw new ApiError({
      code: "INVALID_ARGUMENT",
      httpStatus: 405,
      message: `${method} is no way to ask for faults.`,
    });
  } catch (caught) {
    return errorResponse(toApiError(caught));
  }
}

function remove(faults: Faults, id: string): object {
  if (id === "") faults.clear();
  else if (!faults.remove(id)) throw new ApiError({ code: "NOT_FOUND", message: `${id} is not planned.` });
  return {};
}

function parse(body: Buffer): Json {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch (cause) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: "The fault plan is no JSON.", cause });
  }
}
