import { describe, expect, it } from "@jest/globals";
import { computeOperation, longrunningOperation, OperationError, stateOfOperation } from "../../google/operation.ts";

const longrunning = { name: "operations/o", style: "longrunning" } as const;
const compute = { name: "operation-1", style: "compute" } as const;

describe("stateOfOperation", () => {
  it("takes a missing done as running", () => {
    expect(stateOfOperation({ name: "operations/o" }, longrunning)).toEqual({ state: "running" });
  });

  it("gives the response of a finished operation", () => {
    expect(stateOfOperation({ done: true, response: { a: 1 } }, longrunning)).toEqual({
      state: "done",
      response: { a: 1 },
    });
  });

  it("throws the operation's error with its code by name", () => {
    const failed = { done: true, error: { code: 9, message: "held" } };
    const error = new OperationError({ operation: "operations/o", code: "FAILED_PRECONDITION", text: "held" });
    expect(() => stateOfOperation(failed, longrunning)).toThrow(error);
  });

  it("reads the status of a Compute operation", () => {
    expect(stateOfOperation({ status: "RUNNING", progress: 40 }, compute)).toEqual({
      state: "running",
      progressPercent: 40,
    });
    expect(stateOfOperation({ status: "DONE" }, compute)).toMatchObject({ state: "done" });
  });

  it("throws a Compute operation's errors under a canonical code", () => {
    const errors = [{ code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", message: "used by x" }];
    const failed = { status: "DONE", error: { errors }, httpErrorStatusCode: 400 };
    expect(() => stateOfOperation(failed, compute)).toThrow("FAILED_PRECONDITION: used by x");
  });
});

describe("longrunningOperation", () => {
  it("polls below the API's version", () => {
    const operation = longrunningOperation("https://alloydb.googleapis.com/v1", { name: "projects/p/operations/o" });
    expect(operation.url).toBe("https://alloydb.googleapis.com/v1/projects/p/operations/o");
  });
});

describe("computeOperation", () => {
  it("polls on the API's own host", () => {
    const selfLink = "https://www.googleapis.com/compute/v1/projects/p/global/operations/operation-1";
    const { url } = computeOperation({ name: "operation-1", selfLink });
    expect(url).toBe("https://compute.googleapis.com/compute/v1/projects/p/global/operations/operation-1");
  });
});
