import { describe, expect, it } from "@jest/globals";
import { parseStepRequest } from "../../functions/parse.ts";

const run = { id: "r", environment: "e", action: "up", level: "app", planHash: "h", now: 1, databaseGeneration: 1 };
const fence = { bucket: "b", object: "locks/e.json", generation: "1" };
const request = { action: "ensure", input: {}, outputs: {}, run: { ...run, fence } };

describe("parseStepRequest", () => {
  it("takes a whole request", () => {
    expect(parseStepRequest(request)).toEqual(request);
  });

  it("takes a plan without a fence, and missing outputs as none", () => {
    expect(parseStepRequest({ action: "plan", input: {}, run }).outputs).toEqual({});
  });

  it.each([
    ["body", undefined],
    ["action", { ...request, action: "destroy" }],
    ["input", { ...request, input: [] }],
    ["failedOperations", { ...request, failedOperations: -1 }],
    ["failedOperations", { ...request, failedOperations: "3" }],
    ["run must", { ...request, run: undefined }],
    ["run.environment", { ...request, run: { ...run, environment: 5, fence } }],
    ["run.now", { ...request, run: { ...run, now: "soon", fence } }],
    ["run.fence.bucket", { ...request, run }],
    ["run.fence.generation", { ...request, action: "remove", run: { ...run, fence: { ...fence, generation: 1 } } }],
  ])("refuses a wrong %s by name", (field, body) => {
    expect(() => parseStepRequest(body)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(field) }),
    );
  });
});
