import { describe, expect, it } from "@jest/globals";
import { errorBody, StepError, toStepError } from "../../functions/error.ts";
import { ApiError } from "../../google/error.ts";

describe("toStepError", () => {
  it("keeps code, reason and details of a Google refusal", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.Help" }];
    const fields = { method: "compute.networks.insert", resource: "projects/p/global/networks/n", text: "quota" };
    const error = toStepError(new ApiError({ ...fields, code: "RESOURCE_EXHAUSTED", reason: "QUOTA", details }));
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", reason: "QUOTA", retryable: true, details });
    expect(error.resource).toBe("projects/p/global/networks/n");
  });

  it("takes a bug as INTERNAL and not worth repeating", () => {
    expect(toStepError(new TypeError("x is undefined"))).toMatchObject({ code: "INTERNAL", retryable: false });
  });
});

describe("errorBody", () => {
  it("is Google's error form with an ErrorInfo of ours first, and no stack", () => {
    const error = new StepError({
      code: "FAILED_PRECONDITION",
      reason: "FOREIGN_RESOURCE",
      message: "m",
      resource: "r",
    });
    expect(errorBody(error, "network")).toEqual({
      error: {
        code: 400,
        status: "FAILED_PRECONDITION",
        message: "m",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "FOREIGN_RESOURCE",
            domain: "alloyrun",
            metadata: { retryable: "false", step: "network", resource: "r" },
          },
        ],
      },
    });
  });
});
