import { describe, expect, it } from "@jest/globals";
import { codeOfFailure, refuseFailures, refuseRepetition } from "../../functions/failure.ts";

const never = () => false;

describe("codeOfFailure", () => {
  it("reads gRPC numbers and the HTTP statuses of Compute", () => {
    expect(codeOfFailure({ name: "o", code: 9, message: "" })).toBe("FAILED_PRECONDITION");
    expect(codeOfFailure({ name: "o", code: 404, message: "" })).toBe("NOT_FOUND");
  });
});

describe("refuseFailures", () => {
  it("throws a final failure with the operation's name, code and text", () => {
    const failure = { name: "operations/o", code: 9, message: "held" };
    expect(() => refuseFailures([failure], never)).toThrow(
      expect.objectContaining({
        code: "FAILED_PRECONDITION",
        reason: "OPERATION_FAILED",
        retryable: false,
        resource: "operations/o",
        message: "operation operations/o ended with FAILED_PRECONDITION: held",
      }),
    );
  });

  it("gives Compute's words for its JSON, and leads on from a quota", () => {
    const errors = [{ code: "QUOTA_EXCEEDED", message: "Quota 'NETWORKS' exceeded.  Limit: 2.0 globally." }];
    const failure = { name: "operations/o", code: 403, message: JSON.stringify({ errors }) };
    expect(() => refuseFailures([failure], never)).toThrow(
      expect.objectContaining({
        code: "PERMISSION_DENIED",
        message: expect.stringMatching(
          /^operation operations\/o ended with QUOTA_EXCEEDED: Quota 'NETWORKS' exceeded\. {2}Limit: 2\.0 globally\.; `alloyrun doctor` with `--spec`/,
        ),
      }),
    );
    const other = { errors: [{ message: "one" }, { message: "two" }] };
    expect(() => refuseFailures([{ ...failure, message: JSON.stringify(other) }], never)).toThrow(
      "operation operations/o ended with PERMISSION_DENIED: one; two",
    );
  });

  it("lets pass what passes by itself and what the step mends", () => {
    expect(() => refuseFailures([{ name: "o", code: 14, message: "busy" }], never)).not.toThrow();
    expect(() => refuseFailures([{ name: "o", code: 9, message: "held" }], ({ code }) => code === 9)).not.toThrow();
  });

  it("takes INTERNAL as final, for it leaves a broken resource behind", () => {
    expect(() => refuseFailures([{ name: "o", code: 13, message: "inside" }], never)).toThrow("INTERNAL");
  });
});

describe("refuseRepetition", () => {
  const failures = [
    { name: "o1", code: 14, message: "busy" },
    { name: "o2", code: 8, message: "no quota" },
  ];

  it("ends with the last operation's error when as many have failed as may", () => {
    expect(() => refuseRepetition(failures, { failedOperations: 3, limit: 3 })).toThrow(
      expect.objectContaining({
        code: "RESOURCE_EXHAUSTED",
        reason: "OPERATION_FAILED",
        retryable: false,
        resource: "o2",
        message: expect.stringContaining("no quota"),
      }),
    );
  });

  it("lets pass fewer, and a step none of whose operations failed since", () => {
    expect(() => refuseRepetition(failures, { failedOperations: 2, limit: 3 })).not.toThrow();
    expect(() => refuseRepetition([], { failedOperations: 5, limit: 3 })).not.toThrow();
  });
});
