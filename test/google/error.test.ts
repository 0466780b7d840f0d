import { describe, expect, it } from "@jest/globals";
import { errorOfResponse, isAbsent, toApiError } from "../../google/error.ts";

const site = { method: "compute.networks.get", resource: "projects/p/global/networks/n" };

function failure(status: number, error: object) {
  return errorOfResponse({ status, text: JSON.stringify({ error }) }, site);
}

describe("errorOfResponse", () => {
  it("reads Google's error form, the reason being that of its ErrorInfo", () => {
    const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVICE_DISABLED", domain: "g" };
    const error = failure(403, { code: 403, status: "PERMISSION_DENIED", message: "off", details: [info] });
    expect(error).toMatchObject({
      code: "PERMISSION_DENIED",
      reason: "SERVICE_DISABLED",
      httpStatus: 403,
      text: "off",
    });
    expect(error.message).toBe("compute.networks.get projects/p/global/networks/n: PERMISSION_DENIED: off");
  });

  it.each([
    [404, "notFound", "NOT_FOUND"],
    [409, "alreadyExists", "ALREADY_EXISTS"],
    [409, undefined, "ABORTED"],
    [412, "conditionNotMet", "ABORTED"],
    [400, "resourceInUseByAnotherResource", "FAILED_PRECONDITION"],
    [400, "resourceNotReady", "UNAVAILABLE"],
    [400, "invalid", "INVALID_ARGUMENT"],
    [403, "rateLimitExceeded", "RESOURCE_EXHAUSTED"],
    [403, "forbidden", "PERMISSION_DENIED"],
    [502, undefined, "UNAVAILABLE"],
  ])("reads a body without status: %s %s is %s", (status, reason, code) => {
    expect(failure(status, { code: status, message: "m", errors: [{ reason, message: "m" }] }).code).toBe(code);
  });

  it("keeps the text of an answer that is no JSON", () => {
    const error = errorOfResponse({ status: 503, text: "<html>busy</html>" }, site);
    expect(error).toMatchObject({ code: "UNAVAILABLE", text: "<html>busy</html>" });
  });
});

describe("toApiError", () => {
  it("takes code, text and reason of a gRPC error and keeps it as the cause", () => {
    const thrown = Object.assign(new Error("5 NOT_FOUND: gone"), { code: 5, details: "gone", reason: "R" });
    const error = toApiError(thrown, site);
    expect(error).toMatchObject({ code: "NOT_FOUND", text: "gone", reason: "R", cause: thrown });
    expect(isAbsent(error)).toBe(true);
  });

  it.each([
    ["ECONNRESET", "UNAVAILABLE"],
    ["TimeoutError", "DEADLINE_EXCEEDED"],
    ["ERR_INVALID_URL", "UNKNOWN"],
  ])("calls a network failure %s %s", (code, expected) => {
    expect(toApiError(Object.assign(new Error("m"), { code }), site).code).toBe(expected);
  });

  it("gives an ApiError back as it is", () => {
    const error = failure(404, { message: "m" });
    expect(toApiError(error, site)).toBe(error);
  });
});
