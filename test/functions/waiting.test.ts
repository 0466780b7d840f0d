import { describe, expect, it } from "@jest/globals";
import { unlessDisabled, unlessFailed, waitingFor } from "../../functions/waiting.ts";
import type { Code } from "../../google/code.ts";
import { ApiError } from "../../google/error.ts";

function refusal(code: Code, reason?: string): ApiError {
  return new ApiError({ method: "m", resource: "r", code, text: "text", reason });
}

describe("waitingFor", () => {
  it.each(["ABORTED", "ALREADY_EXISTS", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"] as const)(
    "answers pending without operations for %s, saying why",
    (code) => {
      const waiting = waitingFor(refusal(code));
      expect(waiting).toMatchObject({ state: "pending", operations: [], reason: expect.stringContaining("m r:") });
      expect(waiting?.retryAfterSeconds).toBeGreaterThanOrEqual(5);
    },
  );

  it("waits for an API that is not in effect yet, though other refusals of the same code are final", () => {
    expect(waitingFor(refusal("PERMISSION_DENIED", "SERVICE_DISABLED"))).toBeDefined();
    expect(waitingFor(refusal("PERMISSION_DENIED", "IAM_PERMISSION_DENIED"))).toBeUndefined();
  });

  it.each(["INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", "UNAUTHENTICATED"] as const)(
    "takes %s as a refusal",
    (code) => {
      expect(waitingFor(refusal(code))).toBeUndefined();
    },
  );

  it("takes an error of our own as one", () => {
    expect(waitingFor(new TypeError("bug"))).toBeUndefined();
  });
});

describe("unlessDisabled", () => {
  it("gives undefined when the API is not enabled and throws any other refusal", async () => {
    const disabled = Promise.reject(refusal("PERMISSION_DENIED", "SERVICE_DISABLED"));
    expect(await unlessDisabled(disabled)).toBeUndefined();
    await expect(unlessDisabled(Promise.reject(refusal("PERMISSION_DENIED")))).rejects.toThrow("PERMISSION_DENIED");
  });
});

describe("unlessFailed", () => {
  it("gives undefined for the named codes only", async () => {
    expect(await unlessFailed(["NOT_FOUND"], Promise.reject(refusal("NOT_FOUND")))).toBeUndefined();
    await expect(unlessFailed(["NOT_FOUND"], Promise.reject(refusal("ABORTED")))).rejects.toThrow("ABORTED");
  });
});
