import { describe, expect, it } from "@jest/globals";
import { explain, firstFailure, isSecretDenied, readinessOf } from "../../../functions/cloud-run/condition.ts";

const failed = { state: "CONDITION_FAILED" } as const;

describe("readinessOf", () => {
  it.each([
    ["CONDITION_SUCCEEDED", "ready"],
    ["CONDITION_FAILED", "failed"],
    ["CONDITION_RECONCILING", "pending"],
    ["CONDITION_PENDING", "pending"],
  ] as const)("reads %s as %s", (state, expected) => {
    expect(readinessOf([{ type: "Ready", state }], "Ready")).toBe(expected);
  });

  it("takes an absent condition for pending", () => {
    expect(readinessOf(undefined, "Ready")).toBe("pending");
  });
});

describe("firstFailure", () => {
  it("prefers the cause to the summary", () => {
    const cause = { ...failed, type: "ContainerHealthy" };
    expect(firstFailure([{ ...failed, type: "Ready" }, cause], "Ready")).toBe(cause);
  });
});

describe("explain", () => {
  it("names the condition, its reason and its words, without the link to the log", () => {
    const message = "It did not start.\n\nLogs URL: https://console";
    const condition = {
      ...failed,
      type: "ContainerHealthy",
      revisionReason: "HEALTH_CHECK_CONTAINER_ERROR" as const,
      message,
    };
    expect(explain(condition)).toBe("ContainerHealthy (HEALTH_CHECK_CONTAINER_ERROR): It did not start.");
  });
});

describe("isSecretDenied", () => {
  it("knows the reason, not the words", () => {
    expect(isSecretDenied({ reason: "SECRETS_ACCESS_CHECK_FAILED" })).toBe(true);
    expect(isSecretDenied({ reason: "CONTAINER_MISSING", message: "Permission denied on secret" })).toBe(false);
  });
});
